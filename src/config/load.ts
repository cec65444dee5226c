import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { VcfAgentError } from '../core/errors.ts';
import { problemOf } from './check.ts';
import { DEFAULT_ENVIRONMENT, ENVIRONMENTS, type EnvironmentName } from './environments.ts';
import { type Config, SETTINGS, type SettingSchema } from './schema.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  readonly env?: Environment;
  /** Folder in which `vcf-agent.json` is looked for and relative paths start. */
  readonly cwd?: string;
  /** Values of command-line flags, by setting (`batchSize`): they win over everything. */
  readonly flags?: Readonly<Record<string, string | number | undefined>>;
}

/** One setting as `vcf-agent config` prints it; secrets are hidden already. */
export interface Setting {
  /** Dotted name, such as `limits.lineBytes`. */
  readonly name: string;
  readonly value: string | number | null;
  /** `flag`, an environment variable's name, the path of the file, `production preset`, or `default`. */
  readonly origin: string;
  readonly variable: string;
  readonly description: string;
}

export interface LoadedConfig {
  readonly environment: EnvironmentName;
  readonly config: Config;
  readonly settings: readonly Setting[];
  /** The configuration file that was read. */
  readonly file: string | undefined;
}

interface Candidate {
  readonly value: unknown;
  readonly origin: string;
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgt])i?b?$/i;

/** `$VCF_AGENT_HOME`, else the place that the system keeps for a program's data. */
function defaultHome(env: Environment): string {
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'vcf-agent');
  const base = env.XDG_DATA_HOME;
  return join(base && isAbsolute(base) ? base : join(env.HOME || homedir(), '.local', 'share'), 'vcf-agent');
}

function environmentName(env: Environment): EnvironmentName {
  const name = env.VCF_AGENT_ENV || DEFAULT_ENVIRONMENT;
  if (name in ENVIRONMENTS) return name as EnvironmentName;
  const known = Object.keys(ENVIRONMENTS).join(', ');
  throw new VcfAgentError('CONFIG_INVALID', `VCF_AGENT_ENV is "${name}": it must be one of ${known}`);
}

function readConfigFile(path: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
    throw new Error('it must hold a JSON object');
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new VcfAgentError('CONFIG_INVALID', `cannot use the configuration file ${path}: ${detail}`, { cause });
  }
}

/** `{limits: {lineBytes: 1}}` → `limits.lineBytes`. A name that is not a setting is an error: a typo must not be silent. */
function flatten(values: Record<string, unknown>, file: string, known: ReadonlySet<string>): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [name, value] of Object.entries(values)) {
    if (name === '$schema') continue;
    if (name === 'limits' && typeof value === 'object' && value !== null) {
      for (const [inner, innerValue] of Object.entries(value)) flat.set(`limits.${inner}`, innerValue);
    } else flat.set(name, value);
  }
  for (const name of flat.keys()) {
    if (!known.has(name)) throw new VcfAgentError('CONFIG_INVALID', `${file}: "${name}" is not a setting`);
  }
  return flat;
}

/** Text of a variable or a flag as the type its setting has: `2GiB` and `5000` are numbers where numbers are wanted. */
function coerce(value: unknown, leaf: SettingSchema, name: string): unknown {
  if (leaf.type !== 'integer' || typeof value !== 'string') return value;
  const size = name.endsWith('Bytes') ? SIZE.exec(value.trim()) : null;
  if (size !== null) return Math.round(Number(size[1]) * 1024 ** (1 + 'kmgt'.indexOf((size[2] ?? 'k').toLowerCase())));
  return /^-?\d+$/.test(value.trim()) ? Number(value) : value;
}

/** A URL without its password, in whichever of its two places it stands. */
export function hideSecret(value: string): string {
  return value.replace(/^([a-z]+:\/\/[^:/@]*):.*@/i, '$1:***@').replace(/([?&]password=)[^&]*/i, '$1***');
}

function checked(name: string, value: unknown, leaf: SettingSchema, origin: string): void {
  const problem = problemOf(leaf, value);
  if (problem === undefined) return;
  const shown = leaf.secret === true ? '***' : JSON.stringify(value);
  throw new VcfAgentError('CONFIG_INVALID', `${name} from ${origin} is ${shown}: it ${problem}`);
}

/**
 * The effective configuration. Flags win over environment variables over the file over the environment's preset over
 * defaults. The file is the first of $VCF_AGENT_CONFIG, ./vcf-agent.json and $VCF_AGENT_HOME/config.json.
 * Throws CONFIG_INVALID naming the setting and where its value came from.
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const { env = process.env, cwd = process.cwd(), flags = {} } = options;
  const environment = environmentName(env);
  const preset: Readonly<Record<string, unknown>> = ENVIRONMENTS[environment];
  const all: readonly (readonly [string, SettingSchema])[] = Object.entries(SETTINGS);
  const home = flags.home ?? (env.VCF_AGENT_HOME || defaultHome(env));
  const file = env.VCF_AGENT_CONFIG
    ? resolve(cwd, env.VCF_AGENT_CONFIG)
    : [join(cwd, 'vcf-agent.json'), join(resolve(cwd, String(home)), 'config.json')].find((path) => existsSync(path));
  const fromFile =
    file === undefined
      ? new Map<string, unknown>()
      : flatten(readConfigFile(file), file, new Set(all.map(([name]) => name)));

  const config: Record<string, unknown> = { limits: {} };
  const settings = all.map(([name, leaf]): Setting => {
    const candidates: Candidate[] = [
      { value: flags[name], origin: 'flag' },
      { value: env[leaf.env] || undefined, origin: leaf.env },
      { value: fromFile.get(name), origin: file ?? '' },
      { value: preset[name], origin: `${environment} preset` },
      { value: name === 'home' ? defaultHome(env) : leaf.default, origin: 'default' },
    ];
    const chosen = candidates.find((candidate) => candidate.value !== undefined);
    const base = { name, variable: leaf.env, description: leaf.description };
    if (chosen === undefined) return { ...base, value: null, origin: 'default' };

    const coerced = coerce(chosen.value, leaf, name);
    checked(name, coerced, leaf, chosen.origin);
    const value = name === 'home' ? resolve(cwd, coerced as string) : (coerced as string | number);
    if (name.startsWith('limits.')) (config.limits as Record<string, unknown>)[name.slice('limits.'.length)] = value;
    else config[name] = value;
    return { ...base, value: leaf.secret === true ? hideSecret(String(value)) : value, origin: chosen.origin };
  });
  return { environment, config: config as Config, settings, file };
}
