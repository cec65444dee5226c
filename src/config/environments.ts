/** What an environment changes about the defaults. Chosen by VCF_AGENT_ENV. */
export const ENVIRONMENTS = {
  development: {},
  staging: { logLevel: 'warn' },
  production: { logLevel: 'warn', logMaxBytes: 8 * 1024 * 1024 * 1024 },
} as const satisfies Record<string, Readonly<Record<string, string | number>>>;

export type EnvironmentName = keyof typeof ENVIRONMENTS;

export const DEFAULT_ENVIRONMENT: EnvironmentName = 'development';
