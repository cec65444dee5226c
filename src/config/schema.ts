import { type Static, Type } from 'typebox';

const MIB = 1024 * 1024;

/**
 * Every setting, once: type, bounds, default, environment variable (`env`) and documentation. `secret` values are
 * hidden when printed. `home` and `databaseUrl` have no fixed default: see `load.ts`.
 */
export const ConfigSchema = Type.Object(
  {
    home: Type.String({
      minLength: 1,
      env: 'VCF_AGENT_HOME',
      description: 'Folder of everything kept on this machine: the embedded database, the log, checkpoints',
    }),
    databaseUrl: Type.Optional(
      Type.String({
        pattern: '^postgres(ql)?://',
        env: 'DATABASE_URL',
        secret: true,
        description: 'PostgreSQL server to use instead of the embedded one',
      }),
    ),
    tenant: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$',
      default: 'default',
      env: 'VCF_AGENT_TENANT',
      description: 'Whose variants: every row belongs to one tenant',
    }),
    batchSize: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 1000,
      env: 'VCF_AGENT_BATCH_SIZE',
      description: 'Records in an envelope',
    }),
    maxInFlightVariants: Type.Integer({
      minimum: 1,
      maximum: 10_000_000,
      default: 10_000,
      env: 'VCF_AGENT_MAX_IN_FLIGHT',
      description: 'Variants read but not yet applied; reading waits at this bound',
    }),
    logMaxBytes: Type.Integer({
      minimum: MIB,
      default: 1024 * MIB,
      env: 'VCF_AGENT_LOG_MAX_BYTES',
      description: 'Most that the embedded log takes on disk',
    }),
    compressionLevel: Type.Integer({
      minimum: 1,
      maximum: 19,
      default: 1,
      env: 'VCF_AGENT_COMPRESSION_LEVEL',
      description: 'zstd level of envelopes in the log',
    }),
    logLevel: Type.Enum(['silent', 'error', 'warn', 'info', 'debug', 'trace'], {
      default: 'silent',
      env: 'VCF_AGENT_LOG_LEVEL',
      description: 'JSON log lines on stderr from this level on',
    }),
    limits: Type.Object(
      {
        lineBytes: Type.Integer({
          minimum: 1024,
          maximum: 512 * MIB,
          default: 32 * MIB,
          env: 'VCF_AGENT_LIMIT_LINE_BYTES',
          description: 'Longest line of a file; a longer record is rejected',
        }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

export type Config = Static<typeof ConfigSchema>;
export type LogLevel = Config['logLevel'];
