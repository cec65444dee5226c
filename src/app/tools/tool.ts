import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { VcfAgentError } from '../../core/errors.ts';
import type { Cancellable, Clock, StoredFile } from '../../core/ports.ts';
import type { App } from '../app.ts';
import { findStoredFile } from '../stored-file.ts';

/** What a tool works with: the program, opened for one tenant. */
export interface ToolContext extends Cancellable {
  readonly app: App;
  readonly clock: Clock;
}

/** Any JSON object. `note` says what was left out, and how to get it. */
export type ToolAnswer = Readonly<Record<string, unknown>> & { readonly note?: string };

/** A question that can be asked of the store, by a person's words or by a model: it only reads. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema of an object: every value has its bounds. */
  readonly input: TSchema;
  /** `input` as it came: checked here. Throws USAGE for what the schema does not allow. */
  run(context: ToolContext, input: unknown): Promise<ToolAnswer>;
}

/** A tool whose input is checked, and has its defaults, before `work` sees it. */
export function toolOf<Schema extends TSchema>(
  { name, description, input }: { readonly name: string; readonly description: string; readonly input: Schema },
  work: (context: ToolContext, input: Static<Schema>) => Promise<ToolAnswer>,
): Tool {
  return {
    name,
    description,
    input: withoutDefaults(input),
    run: async (context, given) => bounded(await work(context, checkedInput(name, input, given))),
  };
}

/** The schema as it is told: what has a default need not be given. */
function withoutDefaults(schema: TSchema): TSchema {
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
    readonly required?: readonly string[];
  };
  return { ...schema, required: required.filter((name) => properties[name]?.default === undefined) };
}

/** With defaults filled in. Throws USAGE. */
export function checkedInput<Schema extends TSchema>(name: string, schema: Schema, given: unknown): Static<Schema> {
  const value = Value.Default(schema, structuredClone(given ?? {}));
  if (Value.Check(schema, value)) return value as Static<Schema>;
  const [first] = Value.Errors(schema, value);
  const place = first?.instancePath.replaceAll('/', '.').replace(/^\./, '') ?? '';
  throw new VcfAgentError('USAGE', `${name}: ${place === '' ? 'the input' : place} ${first?.message ?? 'is wrong'}`);
}

/** Characters of JSON that an answer may have: what a model can read. */
const MOST_CHARACTERS = 200_000;

/** Shortens the longest list of an answer that is too long, and says so. */
function bounded(answer: ToolAnswer): ToolAnswer {
  let whole = jsonOf(answer);
  let cut = answer;
  while (whole.length > MOST_CHARACTERS) {
    const [name, list] = longestList(cut);
    if (list.length === 0) {
      throw new VcfAgentError('OVERLOADED', 'the answer is too long to be given: ask for less');
    }
    const kept = list.slice(0, Math.floor(list.length / 2));
    const of = (answer[name] as readonly unknown[]).length;
    cut = { ...cut, [name]: kept, note: `${name}: ${kept.length} of ${of}, the answer is too long: ask for less` };
    whole = jsonOf(cut);
  }
  return JSON.parse(whole) as ToolAnswer;
}

function longestList(answer: ToolAnswer): readonly [name: string, list: readonly unknown[]] {
  let longest: readonly [string, readonly unknown[]] = ['', []];
  let most = 0;
  for (const [name, value] of Object.entries(answer)) {
    if (!Array.isArray(value) || value.length === 0) continue;
    const { length } = jsonOf(value);
    if (length > most) [longest, most] = [[name, value], length];
  }
  return longest;
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner));
}

/** The stored file that somebody means: its number, its name, or the beginning of its digest. Throws NOT_FOUND, OPTION_CONFLICT. */
export async function fileNamed({ app }: ToolContext, wanted: string): Promise<StoredFile> {
  return findStoredFile(await app.store.files(app.tenant), wanted);
}
