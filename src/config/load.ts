import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { VcfAgentError } from '../core/errors.ts';
import { problemOf } from './check.ts';
import { DEFAULT_ENVIRONMENT, ENVIRONMENTS, type EnvironmentName } from './environments.ts';
import { type Config, SECTIONS, SETTINGS, type Section, type SettingSchema } from './schema.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  readonly env?: Environment;
  /** Folder in which `vcf-agent.json` is looked for and relative paths start. */
  readonly cwd?: string;
  /** Values of command-line flags, by setting (`batchSize`): they win over everything. */
  readonly flags?: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** One setting as `vcf-agent config` prints it; secrets are hidden already. */
export interface Setting {
  /** Dotted name, such as `limits.lineBytes`. */
  readonly name: string;
  readonly value: string | number | boolean | null;
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
  /**
   * Settings of which only some commands need the schemas. `settings`: all of the section, by dotted name. Throws CONFIG_INVALID.
   */
  section(name: Section, settings: SettingSchemas): LoadedSection;
}

export interface LoadedSection {
  /** What is set, as nested as its names, and nothing else: defaults are whose options they are. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly settings: readonly Setting[];
}

type SettingSchemas = Readonly<Record<string, SettingSchema>>;

interface Candidate {
  readonly value: unknown;
  readonly origin: string;
}

/** Where values come from, but defaults. */
interface Sources {
  readonly env: Environment;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly file: string | undefined;
  readonly fromFile: ReadonlyMap<string, unknown>;
  readonly preset: Readonly<Record<string, unknown>>;
  readonly environment: EnvironmentName;
}

interface Found {
  readonly value: unknown;
  readonly setting: Setting;
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
    if (isObject(parsed)) return parsed;
    throw new Error('it must hold a JSON object');
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new VcfAgentError('CONFIG_INVALID', `cannot use the configuration file ${path}: ${detail}`, { cause });
  }
}

/** `{limits: {lineBytes: 1}}` → `limits.lineBytes`. An empty group within another stands for itself: `kafka.tls`. */
function flatten(values: Record<string, unknown>, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [key, value] of Object.entries(values)) {
    const name = prefix + key;
    if (isGroup(name, value)) for (const [inner, one] of flatten(value, `${name}.`)) flat.set(inner, one);
    else if (name !== '$schema' && (prefix !== '' || !isObject(value))) flat.set(name, value);
  }
  return flat;
}

/** Of names by dotted name; the settings of Kafka's topics are a value whose own names have dots. */
function isGroup(name: string, value: unknown): value is Record<string, unknown> {
  return isObject(value) && Object.keys(value).length > 0 && name !== 'kafka.topicConfig';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name that is not a setting is an error: a typo must not be silent. */
function checkNames({ fromFile, file }: Sources, isKnown: (name: string) => boolean): void {
  for (const name of fromFile.keys()) {
    if (!isKnown(name)) throw new VcfAgentError('CONFIG_INVALID', `${file}: "${name}" is not a setting`);
  }
}

/** Text of a variable or a flag as the type its setting has: `2GiB` and `5000` are numbers where numbers are wanted. */
function coerce(value: unknown, leaf: SettingSchema, name: string): unknown {
  // `"tls": {}` in the file.
  if (leaf.type === 'boolean' && isObject(value)) return true;
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (leaf.type === 'boolean') return BOOLEANS[text.toLowerCase()] ?? value;
  if (leaf.type === 'array') return splitList(text);
  if (leaf.type === 'object') return Object.fromEntries(splitList(text).map((pair) => splitPair(pair)));
  if (leaf.type === 'number') return text !== '' && Number.isFinite(Number(text)) ? Number(text) : value;
  if (leaf.type !== 'integer') return value;
  const size = name.endsWith('Bytes') ? SIZE.exec(text) : null;
  if (size !== null) return Math.round(Number(size[1]) * 1024 ** (1 + 'kmgt'.indexOf((size[2] ?? 'k').toLowerCase())));
  return /^-?\d+$/.test(text) ? Number(text) : value;
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  1: true,
  false: false,
  no: false,
  0: false,
};

function splitList(text: string): string[] {
  return text.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
}

/** A pair that is none has no value, which no check lets pass. */
function splitPair(pair: string): readonly [string, string | undefined] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, undefined] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

/** A URL without its password, in whichever of its two places it stands. */
export function hideSecret(value: string): string {
  return value.replace(/^([a-z]+:\/\/[^:/@]*):.*@/i, '$1:***@').replace(/([?&]password=)[^&]*/i, '$1***');
}

function checked(name: string, value: unknown, leaf: SettingSchema, origin: string): void {
  const problem = problemOf(leaf, value);
  if (problem === undefined) return;
  const shown = leaf.secret === undefined ? JSON.stringify(value) : '***';
  throw new VcfAgentError('CONFIG_INVALID', `${name} from ${origin} is ${shown}: it ${problem}`);
}

/** A value as it is printed. */
function shown(value: unknown, { secret }: SettingSchema): Setting['value'] {
  if (secret === 'url') return hideSecret(String(value));
  if (secret === true) return '***';
  if (Array.isArray(value)) return value.join(',');
  if (!isObject(value)) return value as Setting['value'];
  return Object.entries(value)
    .map((pair) => pair.join('='))
    .join(',');
}

/** The value of a setting: the first that there is. */
function find(name: string, leaf: SettingSchema, { env, flags, file, fromFile, preset, environment }: Sources): Found {
  const candidates: Candidate[] = [
    { value: flags[name], origin: 'flag' },
    { value: env[leaf.env] || undefined, origin: leaf.env },
    { value: fromFile.get(name), origin: file ?? '' },
    { value: preset[name], origin: `${environment} preset` },
    { value: leaf.default, origin: 'default' },
  ];
  const chosen = candidates.find((candidate) => candidate.value !== undefined);
  const base = { name, variable: leaf.env, description: leaf.description };
  if (chosen === undefined) return { value: undefined, setting: { ...base, value: null, origin: 'default' } };
  const value = coerce(chosen.value, leaf, name);
  checked(name, value, leaf, chosen.origin);
  return { value, setting: { ...base, value: shown(value, leaf), origin: chosen.origin } };
}

/** Puts a value where its dotted name says. A group that is switched off has no values. */
function put(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) values[key] = value;
  else {
    values[key] ??= {};
    put(values[key] as Record<string, unknown>, rest, value);
  }
}

function loadSection(sources: Sources, name: Section, schemas: SettingSchemas): LoadedSection {
  checkNames(sources, (given) => !given.startsWith(`${name}.`) || given in schemas);
  const values: Record<string, unknown> = {};
  const settings = Object.entries(schemas).map(([dotted, leaf]) => {
    const { value, setting } = find(dotted, leaf, sources);
    const isGroup = leaf.type === 'boolean' && Object.keys(schemas).some((other) => other.startsWith(`${dotted}.`));
    const isSet = setting.origin !== 'default' && !(isGroup && value === false);
    if (isSet) put(values, dotted.split('.').slice(1), isGroup ? {} : value);
    return setting;
  });
  return { values, settings };
}

/**
 * The effective configuration. Flags win over environment variables over the file over the environment's preset over
 * defaults. The file is the first of $VCF_AGENT_CONFIG, ./vcf-agent.json and $VCF_AGENT_HOME/config.json.
 * Throws CONFIG_INVALID naming the setting and where its value came from.
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const { env = process.env, cwd = process.cwd(), flags = {} } = options;
  const environment = environmentName(env);
  const schemas: SettingSchemas = { ...SETTINGS, home: { ...SETTINGS.home, default: defaultHome(env) } };
  const home = flags.home ?? (env.VCF_AGENT_HOME || defaultHome(env));
  const file = env.VCF_AGENT_CONFIG
    ? resolve(cwd, env.VCF_AGENT_CONFIG)
    : [join(cwd, 'vcf-agent.json'), join(resolve(cwd, String(home)), 'config.json')].find((path) => existsSync(path));
  const fromFile = file === undefined ? new Map<string, unknown>() : flatten(readConfigFile(file));
  const sources = { env, flags, file, fromFile, preset: ENVIRONMENTS[environment], environment };
  checkNames(sources, (name) => name in schemas || SECTIONS.some((section) => name.startsWith(`${section}.`)));

  const config: Record<string, unknown> = {};
  const settings = Object.entries(schemas).map(([name, leaf]) => {
    const { value, setting } = find(name, leaf, sources);
    if (value === undefined) return setting;
    if (name !== 'home') put(config, name.split('.'), value);
    else config.home = resolve(cwd, value as string);
    return name === 'home' ? { ...setting, value: config.home as string } : setting;
  });
  const section = (name: Section, inner: SettingSchemas) => loadSection(sources, name, inner);
  return { environment, config: config as Config, settings, file, section };
}
