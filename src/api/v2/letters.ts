import { Type } from 'typebox';
import { LETTER_KINDS, type Letter as StoredLetter } from '../../app/letters.ts';
import { ownLetters } from '../../app/service-work.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Api, RouteParts } from '../routes.ts';
import { answers, Exactly } from '../schema.ts';
import { accepted } from './files.ts';
import { Job } from './schemas.ts';

const tags = ['dead letters'];
const config = { scope: 'admin' } as const;
const params = Exactly({ letterId: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Id of its envelope' }) });

export const Letter = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum([...LETTER_KINDS]),
    topic: Type.String(),
    code: Type.String(),
    reason: Type.String(),
    at: Type.String(),
    bytes: Type.Integer(),
    facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
  },
  { description: 'An envelope that was put aside on this machine because nothing took it' },
);

/** Dead letters of this machine, of the tenant that asks. */
export function addLetters(api: Api, { service: { letters, jobs } }: RouteParts): void {
  const found = async (tenant: string, id: string) => {
    const own = (await ownLetters(letters, tenant)).filter((letter) => letter.id === id);
    if (own.length > 0) return own;
    throw new VcfAgentError('NOT_FOUND', `there is no dead letter ${id}`);
  };
  const Letters = Type.Object({ items: Type.Array(Letter) });
  api.get(
    '/dead-letters',
    {
      config,
      schema: {
        tags,
        summary: 'What was put aside on this machine, oldest first',
        response: answers({ 200: Letters }),
      },
    },
    async ({ identity }) => ({ items: (await ownLetters(letters, identity.tenant)).map(letterJson) }),
  );
  api.get(
    '/dead-letters/:letterId',
    {
      config,
      schema: {
        tags,
        summary: 'One envelope; it may be dead on two topics',
        params,
        response: answers({ 200: Letters }),
      },
    },
    async ({ identity, params: { letterId } }) => ({ items: (await found(identity.tenant, letterId)).map(letterJson) }),
  );
  api.post(
    '/dead-letters/:letterId/replay',
    {
      config,
      schema: {
        tags,
        summary: 'Send it again; it is stored once, however often',
        params,
        response: answers({ 202: Job }),
      },
    },
    async ({ identity: { tenant }, params: { letterId }, id }, reply) => {
      await found(tenant, letterId);
      return accepted(
        reply,
        await jobs.submit({ tenant, kind: 'replay', subject: { ids: [letterId] }, requestId: id }),
      );
    },
  );
  api.delete(
    '/dead-letters/:letterId',
    {
      config,
      schema: {
        tags,
        summary: 'Forget it for good: what is in it is stored nowhere else',
        params,
        response: answers({ 204: Type.Null({ description: 'It is gone' }) }),
      },
    },
    async ({ identity, params: { letterId } }, reply) => {
      for (const letter of await found(identity.tenant, letterId)) await letters.drop(letter);
      return reply.code(204).send();
    },
  );
}

/** Without its path on this machine. */
export function letterJson({ path: _path, ...letter }: StoredLetter): object {
  return letter;
}
