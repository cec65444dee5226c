/** Whether a change of an API's document breaks those who call it. */
import type { Operation, Schema } from '../test/support/openapi.ts';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** What clients that keep to `before` lose with `after`, one line each; nothing when it is compatible. */
export function breakingChanges(before: Document, after: Document): string[] {
  return Object.entries(before.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const about = `${method.toUpperCase()} ${path}`;
      const now = after.paths[path]?.[method];
      return now === undefined ? [`${about} is gone`] : inOperation(about, operation, now);
    }),
  );
}

function inOperation(about: string, before: Operation, after: Operation): string[] {
  return [...inParameters(about, before, after), ...inBody(about, before, after), ...inResponses(about, before, after)];
}

/** Whatever was allowed has to be allowed. */
function inParameters(
  about: string,
  { parameters: before = [] }: Operation,
  { parameters: after = [] }: Operation,
): string[] {
  const same = (a: (typeof before)[number], b: (typeof before)[number]) => a.name === b.name && a.in === b.in;
  const lost = before.flatMap((old) => {
    const now = after.find((one) => same(one, old));
    const place = `${about}: parameter ${old.name}`;
    if (now === undefined) return [`${place} is gone`];
    const isStricter = now.required === true && old.required !== true;
    return [...(isStricter ? [`${place} is required now`] : []), ...narrowed(place, old.schema, now.schema)];
  });
  const demanded = after.filter((one) => one.required === true && !before.some((old) => same(old, one)));
  return [...lost, ...demanded.map(({ name }) => `${about}: parameter ${name} is new and required`)];
}

function inBody(about: string, { requestBody: before }: Operation, { requestBody: after }: Operation): string[] {
  if (before === undefined) return after?.required === true ? [`${about}: a body is required now`] : [];
  if (after === undefined) return [`${about}: no body is taken any more`];
  return Object.entries(before.content).flatMap(([type, { schema }]) => {
    const now = after.content[type]?.schema;
    return now === undefined ? [`${about}: ${type} is not taken any more`] : narrowed(`${about}: body`, schema, now);
  });
}

/** Whatever was promised has to be kept. */
function inResponses(about: string, { responses: before }: Operation, { responses: after }: Operation): string[] {
  return Object.entries(before).flatMap(([status, old]) => {
    const now = after[status];
    if (now === undefined) return [`${about}: no answer ${status} any more`];
    return Object.entries(old.content ?? {}).flatMap(([type, { schema }]) => {
      const schemaNow = now.content?.[type]?.schema;
      const place = `${about}: answer ${status}`;
      // What is given has to be something that was promised: the other way round.
      return schemaNow === undefined ? [`${place} in ${type} is gone`] : narrowed(place, schemaNow, schema, 'given');
    });
  });
}

type Direction = 'taken' | 'given';

/**
 * What `from` allows and `to` does not. For what is taken, `from` is the old and `to` the new schema; for what is given it is the
 * other way round. Two schemas that both choose among several are matched one by one.
 */
function narrowed(place: string, from: Schema, to: Schema, direction: Direction = 'taken'): string[] {
  const options = (schema: Schema): readonly Schema[] => schema.anyOf ?? [schema];
  if (from.anyOf !== undefined || to.anyOf !== undefined) {
    return options(from).flatMap((one) => {
      const misfits = options(to).map((other) => narrowed(place, one, other, direction));
      return misfits.some((lines) => lines.length === 0) ? [] : misfits.toSorted((a, b) => a.length - b.length)[0]!;
    });
  }
  const verb = direction === 'taken' ? 'takes no' : 'may give';
  if (!fitsType(from, to)) return [`${place} ${verb} ${typeOf(from)}${direction === 'taken' ? ' any more' : ''}`];
  return [
    ...inValues(place, from, to, verb),
    ...inBounds(place, from, to, verb),
    ...inProperties(place, from, to, direction),
    ...(from.items && to.items ? narrowed(`${place}[]`, from.items, to.items, direction) : []),
  ];
}

function typeOf({ type, enum: values }: Schema): string {
  return type ?? (values === undefined ? 'anything' : values.map((value) => typeof value)[0]!);
}

function fitsType(from: Schema, to: Schema): boolean {
  const [a, b] = [typeOf(from), typeOf(to)];
  return a === b || b === 'anything' || (a === 'integer' && b === 'number');
}

function inValues(place: string, from: Schema, to: Schema, verb: string): string[] {
  const allowed = to.enum ?? (to.const === undefined ? undefined : [to.const]);
  if (allowed === undefined) {
    return to.pattern !== undefined && to.pattern !== from.pattern
      ? [`${place}: ${to.pattern} is another pattern`]
      : [];
  }
  const values = from.enum ?? (from.const === undefined ? undefined : [from.const]);
  if (values === undefined) return [`${place} ${verb} other value than ${allowed.join(', ')}`];
  return values.filter((value) => !allowed.includes(value)).map((value) => `${place} ${verb} ${value}`);
}

const LEAST = ['minimum', 'minLength', 'minItems'] as const;
const MOST = ['maximum', 'maxLength', 'maxItems'] as const;

function inBounds(place: string, from: Schema, to: Schema, verb: string): string[] {
  const low = LEAST.filter((bound) => (to[bound] ?? -Infinity) > (from[bound] ?? -Infinity));
  const high = MOST.filter((bound) => (to[bound] ?? Infinity) < (from[bound] ?? Infinity));
  return [...low, ...high].map((bound) => `${place} ${verb} what is beyond ${bound} ${to[bound]}`);
}

function inProperties(place: string, from: Schema, to: Schema, direction: Direction): string[] {
  const known = Object.entries(from.properties ?? {});
  const required = (to.required ?? []).filter((name) => !(from.required ?? []).includes(name));
  const missing = direction === 'taken' ? 'is required now' : 'may be missing now';
  const inner = known.flatMap(([name, schema]) => {
    const other = to.properties?.[name];
    if (other !== undefined) return narrowed(`${place}.${name}`, schema, other, direction);
    // More in an answer breaks nobody; a field that is sent and not known any more does.
    return direction === 'taken' && to.additionalProperties === false ? [`${place}.${name} is taken no more`] : [];
  });
  return [...required.map((name) => `${place}.${name} ${missing}`), ...inner];
}
