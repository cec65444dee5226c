import type { FastifySchemaCompiler, FastifyTypeProvider } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { Problem } from './problem.ts';

/** Types of requests from their TypeBox schemas. */
export interface SchemaTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

/** Checks with TypeBox. What comes as text (all but the body) is made what the schema says, and gets its defaults. */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  return (value) => {
    const isText = httpPart !== 'body';
    const given = isText ? Value.Convert(schema, Value.Default(schema, { ...(value as object) })) : value;
    if (check.Check(given)) return { value: given };
    return { error: [...check.Errors(given)].map(({ instancePath, message }) => ({ instancePath, message })) as never };
  };
};

/** For bodies that are streams: their schema is for people. */
export const acceptAnyBody: FastifySchemaCompiler<TSchema> = (part) =>
  part.httpPart === 'body' ? (value) => ({ value }) : compileValidator(part);

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** An object of which nothing but what is listed may be given: a typo must not be silent. */
export const Exactly = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });

type Answer = TSchema | { readonly description: string; readonly content?: Record<string, { schema: TSchema }> };

/** Every operation may also answer with a problem. */
export function answers(of: Readonly<Record<number, Answer>>): object {
  const content = { 'application/problem+json': { schema: Problem } };
  return { ...of, default: { description: 'Problem details', content } };
}

/** An answer in one of several types, by `Accept`. */
export function inTypes(description: string, schemas: Readonly<Record<string, TSchema>>): Answer {
  const content = Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));
  return { description, content };
}
