import { type Static, Type } from 'typebox';

/** Options of the Iggy platform. One truth for defaults, environment variables (`env`), documentation and types. */
export const IggyOptions = Type.Object({
  host: Type.String({ minLength: 1, default: '127.0.0.1', env: 'IGGY_HOST', description: 'Where the server listens' }),
  port: Type.Integer({
    minimum: 1,
    maximum: 65_535,
    default: 8090,
    env: 'IGGY_PORT',
    description:
      'Of the listener that `transport` names: 8090 for tcp and tls, 3000 for http, unless configured otherwise; quic has `quicPort`',
  }),
  quicPort: Type.Integer({
    minimum: 1,
    maximum: 65_535,
    default: 8080,
    env: 'IGGY_QUIC_PORT',
    description: 'UDP port of the listener for transport quic',
  }),
  transport: Type.Enum(['tcp', 'tls', 'quic', 'http'], {
    default: 'tcp',
    env: 'IGGY_TRANSPORT',
    description: 'http cannot join consumer groups: one consumer reads every partition',
  }),
  protocol: Type.Enum(['auto', 'legacy', 'vsr'], {
    default: 'auto',
    env: 'IGGY_PROTOCOL',
    description: 'legacy: servers up to 0.8; vsr: server 0.9; auto asks the server. Not used by http',
  }),
  username: Type.String({ default: 'iggy', env: 'IGGY_USERNAME', description: 'Ignored when a token is given' }),
  password: Type.String({ default: '', env: 'IGGY_PASSWORD', secret: true, description: 'Of the user' }),
  token: Type.Optional(
    Type.String({
      env: 'IGGY_TOKEN',
      secret: true,
      description: 'Personal access token, instead of name and password',
    }),
  ),
  stream: Type.String({
    minLength: 1,
    maxLength: 255,
    default: 'vcf-agent',
    env: 'IGGY_STREAM',
    description: 'Stream that holds our topics; made when the first topic is',
  }),
  tlsCaFile: Type.Optional(
    Type.String({
      env: 'IGGY_TLS_CA_FILE',
      description:
        'PEM file of who signed the certificate of the server, or of the certificate itself, where the system does not know them; with http: speak https',
    }),
  ),
  tlsServerName: Type.Optional(
    Type.String({
      env: 'IGGY_TLS_SERVER_NAME',
      description: 'Name that the certificate must carry, where it is not `host`',
    }),
  ),
  quicFingerprint: Type.Optional(
    Type.String({
      pattern: '^([0-9a-fA-F]{2}:?){32}$',
      env: 'IGGY_QUIC_FINGERPRINT',
      description:
        'With quic, in place of authorities and names: SHA-256 of the one certificate that is taken, in hexadecimal',
    }),
  ),
  quicVerify: Type.Enum(['on', 'off'], {
    default: 'on',
    env: 'IGGY_QUIC_VERIFY',
    description:
      'off: the certificate of the server is not checked; who sits on the way can read and change everything',
  }),
  quicDatagramBytes: Type.Integer({
    minimum: 1200,
    maximum: 65_527,
    default: 1232,
    env: 'IGGY_QUIC_DATAGRAM_BYTES',
    description:
      'Largest datagram that the server may send over quic. 1232 passes every network of IPv6; more is faster where it passes',
  }),
  durability: Type.Enum(['fsync', 'server'], {
    default: 'fsync',
    env: 'IGGY_DURABILITY',
    description:
      'fsync: a send resolves when its messages are on disk: by topic options (0.9) or by a flush after each send (0.8, http). server: when the server says so, which as it is shipped means in its memory',
  }),
  connections: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 10,
    env: 'IGGY_CONNECTIONS',
    description: 'Most connections that are shared by producers and questions; each consumer has one of its own',
  }),
  connectTimeoutMs: Type.Integer({
    minimum: 10,
    default: 500,
    env: 'IGGY_CONNECT_TIMEOUT_MS',
    description: 'How long a connection may take to come about',
  }),
  silenceTimeoutMs: Type.Integer({
    minimum: 50,
    default: 800,
    env: 'IGGY_SILENCE_TIMEOUT_MS',
    description: 'A server that owes an answer and neither takes nor gives a byte for this long counts as hung',
  }),
  heartbeatMs: Type.Integer({
    minimum: 0,
    default: 5000,
    env: 'IGGY_HEARTBEAT_MS',
    description: 'Between pings on each connection; 0: none',
  }),
});

export type IggyOptions = Static<typeof IggyOptions>;
