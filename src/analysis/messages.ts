import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { VcfAgentError } from '../core/errors.ts';
import type { NewNarrative } from '../core/narratives.ts';
import type { IncomingMessage, OutgoingMessage } from '../core/ports.ts';

/** Changes whenever the bytes mean something else. */
const VERSION = 1;

/** Who is asked what lies in the store: what is known of a variant does not travel. */
const Request = Type.Object({ version: Type.Literal(VERSION), tenant: Type.String(), requestId: Type.String() });

const count = Type.Integer({ minimum: 0 });
const text = Type.String();

const Result = Type.Object({
  version: Type.Literal(VERSION),
  tenant: text,
  narrative: Type.Object({
    requestId: text,
    provider: text,
    model: text,
    statements: Type.Array(Type.Object({ text, cites: Type.Array(text) })),
    decisive: Type.Union([text, Type.Null()]),
    failures: Type.Array(Type.Object({ provider: text, model: text, kind: text, reason: text })),
    usage: Type.Object({ inputTokens: count, outputTokens: count, costMicroUsd: count }),
    cached: Type.Boolean(),
    durationMs: Type.Number({ minimum: 0 }),
  }),
});

export interface RequestMessage {
  readonly tenant: string;
  readonly requestId: string;
}

export interface ResultMessage {
  readonly tenant: string;
  readonly narrative: NewNarrative;
}

export function encodeRequest({ tenant, requestId }: RequestMessage): OutgoingMessage {
  return message(requestId, { version: VERSION, tenant, requestId });
}

export function encodeResult({ tenant, narrative }: ResultMessage): OutgoingMessage {
  return message(narrative.requestId, { version: VERSION, tenant, narrative });
}

function message(id: string, value: Static<typeof Request> | { readonly narrative: NewNarrative }): OutgoingMessage {
  // Any partition will do: each request stands for itself. A body is given away, so its memory is its own.
  return { id, key: id, body: new TextEncoder().encode(JSON.stringify(value)) };
}

/** Throws ENVELOPE_CORRUPT. */
export function decodeRequest(incoming: Pick<IncomingMessage, 'id' | 'body'>): RequestMessage {
  return decoded(Request, incoming);
}

/** Throws ENVELOPE_CORRUPT. */
export function decodeResult(incoming: Pick<IncomingMessage, 'id' | 'body'>): ResultMessage {
  return decoded(Result, incoming) as ResultMessage;
}

function decoded<S extends TSchema>(schema: S, { id, body }: Pick<IncomingMessage, 'id' | 'body'>): Static<S> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString());
    if (Value.Check(schema, value)) return value;
  } catch {
    // As any other message that is none of ours.
  }
  throw new VcfAgentError('ENVELOPE_CORRUPT', `message ${id} is none that vcf-agent ${VERSION} writes`);
}
