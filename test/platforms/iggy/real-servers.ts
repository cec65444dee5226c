/** A real server that tests are pointed at. */
export interface RealServer {
  readonly name: string;
  readonly transport: 'tcp' | 'tls' | 'quic' | 'http';
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly caFile: string | undefined;
}

/**
 * Servers named by IGGY_TEST_ADDRESS: `tcp://host:port`, `tls://…`, `quic://…`, `http://…`, several separated by commas. Their root user
 * is IGGY_TEST_USERNAME and IGGY_TEST_PASSWORD (`iggy`), the CA of their certificates IGGY_TEST_CA_FILE.
 */
export function realServers(env = process.env): RealServer[] {
  const { IGGY_TEST_ADDRESS = '', IGGY_TEST_USERNAME = 'iggy', IGGY_TEST_PASSWORD = 'iggy', IGGY_TEST_CA_FILE } = env;
  return IGGY_TEST_ADDRESS.split(',')
    .filter((address) => address !== '')
    .map((address) => {
      const match = /^(tcp|tls|quic|http):\/\/([^:/]+):(\d+)$/.exec(address.trim());
      if (match === null) throw new Error(`IGGY_TEST_ADDRESS: ${address} is not like tcp://127.0.0.1:8090`);
      return {
        name: address.trim(),
        transport: match[1] as RealServer['transport'],
        host: match[2]!,
        port: Number(match[3]),
        username: IGGY_TEST_USERNAME,
        password: IGGY_TEST_PASSWORD,
        caFile: IGGY_TEST_CA_FILE,
      };
    });
}
