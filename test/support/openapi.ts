import fc from 'fast-check';

/** A JSON Schema as our OpenAPI documents have them: everything in its place, no references. */
export interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly examples?: readonly unknown[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Every operation of a document, those that take something away last. */
export function operationsOf({ paths }: Document): { method: string; path: string; operation: Operation }[] {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  return all.sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));
}

const MOST_CHARACTERS = 60;

/** Values that a schema allows. */
export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { examples } = schema;
  const any = plainValuesOf(schema);
  return examples === undefined ? any : fc.oneof(fc.constantFrom(...examples), any);
}

function plainValuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valuesOf));
  const { minimum, maximum } = schema;
  switch (schema.type) {
    case 'integer':
      return fc.oneof(
        fc.integer({ min: minimum ?? -(2 ** 31), max: Math.min(maximum ?? 2 ** 31 - 1, (minimum ?? 0) + 20) }),
        fc.integer({ min: minimum ?? -(2 ** 31), max: maximum ?? 2 ** 31 - 1 }),
      );
    case 'number':
      return fc.double({
        noNaN: true,
        noDefaultInfinity: true,
        ...(minimum !== undefined && { min: minimum }),
        ...(maximum !== undefined && { max: maximum }),
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return textsOf(schema);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, 5),
      });
    case 'object':
      return objectsOf(schema);
    default:
      return fc.jsonValue();
  }
}

function textsOf({ pattern, format, minLength = 0, maxLength = MOST_CHARACTERS }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern.replaceAll(/\{1,\d{2,}\}/g, '{1,9}')), { size: 'small' });
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.string({ minLength, maxLength: Math.min(maxLength, MOST_CHARACTERS), unit: 'binary' });
}

function objectsOf({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
  const known = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, valuesOf(schema)]));
  const own = fc.record(known, { requiredKeys: [...required] });
  if (typeof additionalProperties !== 'object') return own;
  const more = fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,9}$/), valuesOf(additionalProperties), {
    maxKeys: 4,
  });
  return fc.tuple(own, more).map(([a, b]) => ({ ...b, ...a }));
}
