const MIB = 1024 * 1024;

/**
 * What a setting may be, in words of JSON Schema. Plain objects, checked in check.ts: a schema library is 700 modules, and
 * loading them took a third of a second of every command.
 */
export interface SettingSchema {
  /** `array`: of texts, separated by commas in a variable; `object`: texts by name, `name=value` separated by commas. */
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Pick<SettingSchema, 'pattern'>;
  readonly default?: unknown;
  readonly env: string;
  readonly description: string;
  /** Hidden when printed; of a `url` only its password. */
  readonly secret?: boolean | 'url';
}

/**
 * Groups of settings whose schemas are those of what they set up (app/platform-settings.ts, app/analysis-settings.ts), loaded with it. What the names in
 * them may be is checked then.
 */
export const SECTIONS = ['coordinator', 'health', 'system', 'kafka', 'iggy', 'analysis'] as const;

export type Section = (typeof SECTIONS)[number];

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
    secret: 'url',
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
    minimum: 0,
    maximum: 19,
    default: 1,
    env: 'VCF_AGENT_COMPRESSION_LEVEL',
    description: 'zstd level of envelopes on their way; 0: not compressed',
  },
  logLevel: {
    enum: ['silent', 'error', 'warn', 'info', 'debug', 'trace'],
    default: 'silent',
    env: 'VCF_AGENT_LOG_LEVEL',
    description: 'JSON log lines on stderr from this level on',
  },
  projections: {
    type: 'string',
    pattern: '^(lazy|(lancedb|graph)(,(lancedb|graph))*)$',
    default: 'lazy',
    env: 'VCF_AGENT_PROJECTIONS',
    description: 'What `consume` keeps up to date as it stores: lancedb, graph or both; lazy: each when it is asked',
  },
  'embeddings.provider': {
    enum: ['local', 'ollama', 'openai', 'none'],
    default: 'local',
    env: 'VCF_AGENT_EMBEDDINGS',
    description: 'What makes text embeddings for search: a model on this machine, a server, or none (words alone)',
  },
  'embeddings.model': {
    type: 'string',
    minLength: 1,
    env: 'VCF_AGENT_EMBEDDINGS_MODEL',
    description: 'Embedding model of Ollama or OpenAI; left out: nomic-embed-text, text-embedding-3-small',
  },
  'embeddings.url': {
    type: 'string',
    pattern: '^https?://',
    env: 'VCF_AGENT_EMBEDDINGS_URL',
    description: 'Base URL of Ollama or of what speaks OpenAI’s interface; left out: where it listens by default',
  },
  'embeddings.apiKey': {
    type: 'string',
    minLength: 1,
    env: 'VCF_AGENT_EMBEDDINGS_API_KEY',
    secret: true,
    description: 'Key for OpenAI’s embeddings',
  },
  'limits.lineBytes': {
    type: 'integer',
    minimum: 1024,
    maximum: 512 * MIB,
    default: 32 * MIB,
    env: 'VCF_AGENT_LIMIT_LINE_BYTES',
    description: 'Longest line of a file; a longer record is rejected',
  },
  'platforms.primary': {
    enum: ['embedded', 'iggy', 'kafka'],
    default: 'embedded',
    env: 'VCF_AGENT_PRIMARY',
    description: 'Platform that carries envelopes; embedded needs no server',
  },
  'platforms.fallback': {
    enum: ['none', 'embedded', 'iggy', 'kafka'],
    default: 'none',
    env: 'VCF_AGENT_FALLBACK',
    description: 'Platform that carries them while the primary does not',
  },
  'platforms.topicPerTenant': {
    type: 'boolean',
    default: false,
    env: 'VCF_AGENT_TOPIC_PER_TENANT',
    description: 'Each tenant has a topic of its own, vcf-variants-TENANT, and workers of its own',
  },
  'platforms.replication': {
    type: 'integer',
    minimum: 1,
    maximum: 32,
    env: 'VCF_AGENT_TOPIC_REPLICATION',
    description: 'Copies of topics made by us; left out: two where the cluster has two brokers',
  },
  'platforms.flightBytes': {
    type: 'integer',
    minimum: MIB,
    default: 64 * MIB,
    env: 'VCF_AGENT_FLIGHT_BYTES',
    description: 'Most that the flight recorder keeps on disk of what was sent where and why',
  },
  'api.port': {
    type: 'integer',
    minimum: 0,
    maximum: 65_535,
    default: 8021,
    env: 'VCF_AGENT_API_PORT',
    description: 'Port of the HTTP API; 0: any that is free',
  },
  'api.host': {
    type: 'string',
    minLength: 1,
    default: '127.0.0.1',
    env: 'VCF_AGENT_API_HOST',
    description: 'Address that the HTTP API listens on; on any but loopback every client needs a key',
  },
  'api.rateLimit': {
    type: 'integer',
    minimum: 1,
    maximum: 10_000_000,
    default: 1_200,
    env: 'VCF_AGENT_API_RATE_LIMIT',
    description: 'Requests a minute of one key, or of one address without a key',
  },
  'api.timeoutSeconds': {
    type: 'integer',
    minimum: 1,
    maximum: 86_400,
    default: 60,
    env: 'VCF_AGENT_API_TIMEOUT',
    description: 'Longest that a request may take which is no stream, and a connection may be silent for twice as long',
  },
  'api.drainSeconds': {
    type: 'integer',
    minimum: 0,
    maximum: 86_400,
    default: 30,
    env: 'VCF_AGENT_API_DRAIN',
    description: 'How long requests may go on after the service was told to end',
  },
  'api.uploadMaxBytes': {
    type: 'integer',
    minimum: MIB,
    default: 1024 * 1024 * MIB,
    env: 'VCF_AGENT_API_UPLOAD_MAX_BYTES',
    description: 'Largest file that is taken',
  },
  'api.uploadHours': {
    type: 'integer',
    minimum: 1,
    maximum: 8_760,
    default: 24,
    env: 'VCF_AGENT_API_UPLOAD_HOURS',
    description: 'How long an upload that broke off, or failed, is kept',
  },
  'metrics.port': {
    type: 'integer',
    minimum: 0,
    maximum: 65_535,
    default: 0,
    env: 'VCF_AGENT_METRICS_PORT',
    description: 'Port of health and metrics over HTTP while consume or ingest runs; 0: none',
  },
  'metrics.host': {
    type: 'string',
    minLength: 1,
    default: '127.0.0.1',
    env: 'VCF_AGENT_METRICS_HOST',
    description: 'Address that the metrics port listens on',
  },
} as const satisfies Readonly<Record<string, SettingSchema>>;

type Settings = typeof SETTINGS;
type Name = keyof Settings;
type ValueOf<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly type: 'integer' }
    ? number
    : S extends { readonly type: 'boolean' }
      ? boolean
      : string;
type Grouped = Extract<Name, `${string}.${string}`>;
type Group<N extends Grouped = Grouped> = N extends `${infer G}.${string}` ? G : never;
/** Without a default they may be absent. */
type Optional = 'databaseUrl' | 'platforms.replication' | 'embeddings.model' | 'embeddings.url' | 'embeddings.apiKey';

type Values<Prefix extends string> = {
  readonly [N in Exclude<Name, Optional> as N extends `${Prefix}${infer Inner}`
    ? Inner extends `${string}.${string}`
      ? never
      : Inner
    : never]: ValueOf<Settings[N]>;
} & {
  readonly [N in Optional as N extends `${Prefix}${infer Inner}`
    ? Inner extends `${string}.${string}`
      ? never
      : Inner
    : never]?: ValueOf<Settings[N]>;
};

/** Values by setting; `limits.x` stands in `limits`. */
export type Config = Values<''> & { readonly [G in Group]: Values<`${G}.`> };
export type LogLevel = Config['logLevel'];
