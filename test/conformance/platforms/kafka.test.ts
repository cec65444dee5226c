import { systemClock } from '../../../src/app/clock.ts';
import { type KafkaOptions, kafkaOptions } from '../../../src/platforms/kafka/options.ts';
import { KafkaPlatform } from '../../../src/platforms/kafka/platform.ts';
import { PATIENT } from '../../platforms/kafka/support.ts';
import { needs } from '../../support/needs.ts';
import { describePlatform } from './suite.ts';

const TRAITS = { sharesPartitions: true, rebalanceWithinMs: 20_000 };

const list = (variable: string): string[] => (process.env[variable] ?? '').split(',').filter((broker) => broker !== '');

async function open(given: Partial<KafkaOptions> & Pick<KafkaOptions, 'brokers'>): Promise<KafkaPlatform> {
  return new KafkaPlatform(kafkaOptions({ ...PATIENT, ...given }), { clock: systemClock });
}

/** Port 1 of loopback: a connection is refused. */
const NOBODY = ['127.0.0.1:1'];

describePlatform('kafka (plaintext)', { ...TRAITS, withoutCredentials: true }, needs('kafka'), async () => {
  const brokers = list('TEST_KAFKA_BROKERS');
  return {
    open: () => open({ brokers }),
    openUnreachable: () => open({ brokers: NOBODY }),
    close: async () => undefined,
  };
});

// SCRAM-SHA-256 differs from SCRAM-SHA-512 in the login alone: see test/platforms/kafka/limits.test.ts.
for (const mechanism of ['PLAIN', 'SCRAM-SHA-512'] as const) {
  describePlatform(`kafka (TLS, SASL ${mechanism})`, TRAITS, needs('kafka-secure'), async () => {
    const brokers = list('TEST_KAFKA_SECURE_BROKERS');
    const tls = { caFile: process.env.TEST_KAFKA_CA_FILE ?? '' };
    const [username = '', password = ''] = (process.env.TEST_KAFKA_LOGIN ?? '').split(':');
    return {
      open: () => open({ brokers, tls, sasl: { mechanism, username, password } }),
      openWithWrongCredentials: () => open({ brokers, tls, sasl: { mechanism, username, password: 'wrong' } }),
      openUnreachable: () => open({ brokers: NOBODY, tls, sasl: { mechanism, username, password } }),
      close: async () => undefined,
    };
  });
}

describePlatform('kafka (TLS with client certificates)', TRAITS, needs('kafka-secure'), async () => {
  const brokers = list('TEST_KAFKA_MUTUAL_BROKERS');
  const caFile = process.env.TEST_KAFKA_CA_FILE ?? '';
  const tls = { caFile, certificateFile: caFile, keyFile: process.env.TEST_KAFKA_KEY_FILE ?? '' };
  return {
    open: () => open({ brokers, tls }),
    openWithWrongCredentials: () => open({ brokers, tls: { caFile } }),
    openUnreachable: () => open({ brokers: NOBODY, tls }),
    close: async () => undefined,
  };
});
