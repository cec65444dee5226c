const MIB = 1024 * 1024;

/**
 * What a setting may be, in words of JSON Schema. Plain objects, checked in check.ts: a schema library is 700 modules, and
 * loading them took a third of a second of every command.
 */
export interface SettingSchema {
  readonly type?: 'string' | 'integer';
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number;
  readonly env: string;
  readonly description: string;
  /** Hidden when printed. */
  readonly secret?: boolean;
}

/**
 * Every setting, once: type, bounds, default, environment variable (`env`) and documentation. `secret` values are
 * hidden when printed. `home` and `databaseUrl` have no fixed default: see `load.ts`.
 */
export const SETTINGS = {
  home: {
    type: 'string',
    minLength: 1,
    env: 'VCF_AGENT_HOME',
    description: 'Folder of everything kept on this machine: the embedded database, the log, checkpoints',
  },
  databaseUrl: {
    type: 'string',
    pattern: '^postgres(ql)?://',
    env: 'DATABASE_URL',
    secret: true,
    description: 'PostgreSQL server to use instead of the embedded one',
  },
  tenant: {
    type: 'string',
    pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$',
    default: 'default',
    env: 'VCF_AGENT_TENANT',
    description: 'Whose variants: every row belongs to one tenant',
  },
  batchSize: {
    type: 'integer',
    minimum: 1,
    maximum: 100_000,
    default: 1000,
    env: 'VCF_AGENT_BATCH_SIZE',
    description: 'Records in an envelope',
  },
  maxInFlightVariants: {
    type: 'integer',
    minimum: 1,
    maximum: 10_000_000,
    default: 10_000,
    env: 'VCF_AGENT_MAX_IN_FLIGHT',
    description: 'Variants read but not yet applied; reading waits at this bound',
  },
  logMaxBytes: {
    type: 'integer',
    minimum: MIB,
    default: 1024 * MIB,
    env: 'VCF_AGENT_LOG_MAX_BYTES',
    description: 'Most that the embedded log takes on disk',
  },
  compressionLevel: {
    type: 'integer',
    minimum: 1,
    maximum: 19,
    default: 1,
    env: 'VCF_AGENT_COMPRESSION_LEVEL',
    description: 'zstd level of envelopes in the log',
  },
  logLevel: {
    enum: ['silent', 'error', 'warn', 'info', 'debug', 'trace'],
    default: 'silent',
    env: 'VCF_AGENT_LOG_LEVEL',
    description: 'JSON log lines on stderr from this level on',
  },
  'limits.lineBytes': {
    type: 'integer',
    minimum: 1024,
    maximum: 512 * MIB,
    default: 32 * MIB,
    env: 'VCF_AGENT_LIMIT_LINE_BYTES',
    description: 'Longest line of a file; a longer record is rejected',
  },
} as const satisfies Readonly<Record<string, SettingSchema>>;

type Settings = typeof SETTINGS;
type ValueOf<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly type: 'integer' }
    ? number
    : string;
type Limit = Extract<keyof Settings, `limits.${string}`>;

/** Values by setting; `limits.x` stands in `limits`. */
export type Config = {
  readonly [Name in Exclude<keyof Settings, 'databaseUrl' | Limit>]: ValueOf<Settings[Name]>;
} & {
  readonly databaseUrl?: string;
  readonly limits: {
    readonly [Name in Limit as Name extends `limits.${infer Inner}` ? Inner : never]: ValueOf<Settings[Name]>;
  };
};
export type LogLevel = Config['logLevel'];
