import { Type } from 'typebox';
import { explainFor, routingDecisions, surveyService } from '../../app/operation.ts';
import { databaseStatus, recordedRouting } from '../../app/status.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { Api, RouteParts } from '../routes.ts';
import { answers, Exactly, Nullable } from '../schema.ts';
import { Letter, letterJson } from './letters.ts';
import { Limit } from './schemas.ts';

const MOST_ROWS = 20;
const Anything = Type.Record(Type.String(), Type.Unknown());

const Health = Type.Object({ status: Type.Enum(['ready', 'not ready']), database: Type.Boolean() });

const Status = Type.Object({
  version: Type.String({ description: 'Of PostgreSQL' }),
  files: Type.Integer(),
  unfinished: Type.Integer({ description: 'Files whose ingest has not ended' }),
});

const Platform = Type.Object({
  name: Type.Enum(['embedded', 'iggy', 'kafka']),
  role: Type.Enum(['primary', 'fallback', 'not in use']),
  address: Type.String(),
  probe: Nullable(
    Type.Object({
      latencyMs: Type.Number(),
      brokers: Type.Integer(),
      underReplicatedPartitions: Type.Integer(),
      version: Type.String(),
    }),
  ),
  waiting: Nullable(Type.Integer({ description: 'Envelopes that nobody has applied yet' })),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
});

const Routing = Type.Object({
  recorded: Nullable(Anything),
  decisions: Type.Array(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      envelopes: Type.Array(Type.String()),
      strategy: Type.String(),
      reason: Type.String(),
      order: Type.Array(Type.String({ description: 'primary or fallback' })),
      health: Anything,
    }),
  ),
});

const Explanation = Type.Object({
  envelopeId: Type.String(),
  flights: Type.Array(Anything, { description: 'Decisions, attempts and ends, in the order of time' }),
  letters: Type.Array(Letter),
  applied: Nullable(Anything),
});

/** How the service and what it stands on are, and why envelopes went where they went. */
export function addOperation(api: Api, parts: RouteParts): void {
  addStates(api, parts);
  addRouting(api, parts);
}

function addStates(api: Api, { service }: RouteParts): void {
  const { store } = service.app;
  api.get(
    '/health',
    {
      config: { scope: 'public' },
      schema: {
        tags: ['operation'],
        summary: 'Whether this instance can work',
        response: answers({ 200: Health, 503: Health }),
      },
    },
    async (_request, reply) => {
      const database = await service.database.answers();
      if (!database) reply.code(503).header('Retry-After', '1');
      return { status: database ? 'ready' : 'not ready', database };
    },
  );
  api.get(
    '/status',
    {
      config: { scope: 'read' },
      schema: { tags: ['operation'], summary: 'What is stored for the tenant', response: answers({ 200: Status }) },
    },
    async ({ identity }) => await databaseStatus(store, identity.tenant),
  );
  api.get(
    '/platforms',
    {
      config: { scope: 'admin' },
      schema: {
        tags: ['operation'],
        summary: 'The platforms of the route, each asked now how it is',
        response: answers({ 200: Type.Object({ items: Type.Array(Platform) }) }),
      },
    },
    async ({ identity, ended: signal }) => {
      const reports = await surveyService(service, identity.tenant, { signal });
      return { items: reports.map((report) => ({ probe: null, waiting: null, error: null, ...report })) };
    },
  );
}

function addRouting(api: Api, { service }: RouteParts): void {
  api.get(
    '/routing/decisions',
    {
      config: { scope: 'admin' },
      schema: {
        tags: ['operation'],
        summary: 'Where this machine sent the tenant’s envelopes first, and why; newest first',
        querystring: Exactly({ limit: Limit(1_000, 100) }),
        response: answers({ 200: Routing }),
      },
    },
    async ({ identity, query }) => {
      const [recorded, decisions] = await Promise.all([
        recordedRouting(await service.app.folders(), service.clock),
        routingDecisions(service, identity.tenant, query.limit),
      ]);
      const told = decisions.map(({ atMs, envelopes, strategy, reason, order, health }) => {
        return { at: new Date(atMs).toISOString(), envelopes, strategy, reason, order, health };
      });
      return { recorded: recorded ?? null, decisions: told };
    },
  );
  api.get(
    '/explain/:name',
    {
      config: { scope: 'admin' },
      schema: {
        tags: ['operation'],
        summary: 'The way of a variant or an envelope: platforms, attempts, when it was applied',
        params: Exactly({
          name: Type.String({ minLength: 1, description: 'A variant, or the beginning of an envelope’s id' }),
        }),
        response: answers({ 200: Type.Object({ items: Type.Array(Explanation) }) }),
      },
    },
    async ({ identity, params, ended: signal }) => {
      const name = params.name.trim();
      const found = await explainFor(service, identity.tenant, name, { limit: MOST_ROWS, signal });
      if (found.length === 0) throw new VcfAgentError('NOT_FOUND', `nothing is known of ${name}`);
      return { items: found.map(explanationJson) };
    },
  );
}

function explanationJson({ envelopeId, flights, letters, applied }: Awaited<ReturnType<typeof explainFor>>[number]) {
  const position = applied && { ...applied.position, offset: String(applied.position.offset) };
  return {
    envelopeId,
    flights,
    letters: letters.map(letterJson),
    applied: applied === undefined ? null : { ...applied, position },
  };
}
