import { type Static, Type } from 'typebox';
import Value from 'typebox/value';
import { VcfAgentError } from '../../core/errors.ts';

const MIB = 1024 * 1024;

/** Options of the Kafka platform. One truth for defaults, configuration and types. */
export const KafkaOptions = Type.Object(
  {
    brokers: Type.Array(Type.String({ pattern: '^\\S+:\\d+$' }), {
      minItems: 1,
      default: ['127.0.0.1:9092'],
      description: 'Brokers to begin with, host:port; the rest of the cluster is learnt from them',
    }),
    clientId: Type.String({
      pattern: '^\\S+$',
      default: 'vcf-agent',
      description: 'Name of this client in broker logs',
    }),
    tls: Type.Optional(
      Type.Object(
        {
          caFile: Type.Optional(
            Type.String({ description: 'PEM of the authority to trust instead of the usual ones' }),
          ),
          certificateFile: Type.Optional(Type.String({ description: 'PEM of this client, where brokers ask for one' })),
          keyFile: Type.Optional(Type.String({ description: 'PEM of the key of certificateFile' })),
          serverName: Type.Optional(
            Type.String({ description: 'Name in the brokers’ certificate, if not their address' }),
          ),
        },
        { additionalProperties: false, description: 'Given, even if empty: connect by TLS' },
      ),
    ),
    sasl: Type.Optional(
      Type.Object(
        {
          mechanism: Type.Enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], { description: 'Way of the login' }),
          username: Type.String({ minLength: 1, description: 'Who logs in' }),
          password: Type.String({ minLength: 1, secret: true, description: 'Of the user' }),
        },
        { additionalProperties: false },
      ),
    ),
    compression: Type.Enum(['none', 'zstd', 'lz4', 'gzip', 'snappy'], {
      default: 'none',
      description:
        'Of batches on the wire and on disk. Envelopes are zstd already: compressing them again costs and gains nothing',
    }),
    maxMessageBytes: Type.Integer({
      minimum: MIB,
      default: 16 * MIB,
      description: 'Largest batch that topics made by us accept (max.message.bytes)',
    }),
    batchBytes: Type.Integer({
      minimum: 1024,
      default: MIB,
      description: 'Messages that wait while a request is under way are sent together up to this size',
    }),
    fetchBytes: Type.Integer({
      minimum: 1024,
      default: 4 * MIB,
      description: 'Asked for in one fetch, and about as much is kept ready for the next poll',
    }),
    connectTimeoutMs: Type.Integer({
      minimum: 1,
      default: 1000,
      description: 'Longest that a connection may take, with TLS and login',
    }),
    requestTimeoutMs: Type.Integer({
      minimum: 1,
      default: 800,
      description: 'Longest that a broker may take to answer before it counts as hung',
    }),
    sendTimeoutMs: Type.Integer({
      minimum: 1,
      default: 800,
      description:
        'Longest that a send may take, retries included; what is over 1 MB gets a second more for each 4 MB, and a new connection connectTimeoutMs',
    }),
    retryDelayMs: Type.Integer({ minimum: 1, default: 100, description: 'Between two attempts' }),
    metadataMaxAgeMs: Type.Integer({
      minimum: 1,
      default: 1000,
      description: 'How soon new leaders and new partitions are seen',
    }),
    sessionTimeoutMs: Type.Integer({
      minimum: 100,
      default: 6000,
      description:
        'After this time without a sign of life the partitions of a killed worker go to others; brokers allow 6000 and more by default',
    }),
    instanceId: Type.Optional(
      Type.String({
        pattern: '^\\S+$',
        description:
          'Name of this worker, its own in a group and the same after a restart: started again after a crash it has its partitions back at once, instead of after a session',
      }),
    ),
    heartbeatIntervalMs: Type.Integer({ minimum: 10, default: 500, description: 'Between two signs of life' }),
    topicConfig: Type.Record(Type.String(), Type.String(), {
      default: {},
      description: 'Settings of topics made by us, over ours (retention.ms, min.insync.replicas, flush.messages, …)',
    }),
  },
  { additionalProperties: false },
);

export type KafkaOptions = Static<typeof KafkaOptions>;

/** Options with defaults in the place of what is left out. Throws CONFIG_INVALID, which names the option and shows no value. */
export function kafkaOptions(given: Partial<KafkaOptions> = {}): KafkaOptions {
  const options = Value.Default(KafkaOptions, Value.Clone(given));
  const [first] = Value.Errors(KafkaOptions, options);
  if (first !== undefined) {
    throw new VcfAgentError('CONFIG_INVALID', `kafka${first.instancePath.replaceAll('/', '.')} ${first.message}`);
  }
  return options as KafkaOptions;
}
