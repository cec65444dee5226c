import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import type { Api } from './routes.ts';
import type { ApiVersion } from './versioning/versions.ts';

const DESCRIPTION = `Stores genomic variants exactly once and answers questions about them. Errors are RFC 9457 problem details; \`code\` is
stable. Verdicts are for research use only. Every request may carry \`X-Request-Id\`, which stands in each log line about it.`;

/** The page asks this service and nobody else; the library's own policy lets it ask a validator, and forbids plain HTTP. */
const PAGE_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  // Its styles stand in the page.
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Describes the routes that are added to this scope from here on, at `openapi.json`, and shows them at `docs`, from files of our own. */
export async function addOpenApi(scope: Api, { name, version, deprecatedAt }: ApiVersion): Promise<void> {
  await scope.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: `vcf-agent API ${name}`,
        version,
        description: deprecatedAt === undefined ? DESCRIPTION : `${DESCRIPTION} **This version is deprecated.**`,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } as never,
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key made with `vcf-agent keys create`' },
          header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
      security: [{ bearer: [] }, { header: [] }],
    },
    transform: ({ schema, url }) => ({ schema: schema === undefined ? { hide: true } : documented(schema), url }),
  });
  const hidden = { config: { scope: 'public' }, schema: { hide: true } } as const;
  scope.get('/openapi.json', hidden, async (_request, reply) => reply.type('application/json').send(scope.swagger()));
  await scope.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    uiConfig: { docExpansion: 'list', tryItOutEnabled: true, displayRequestDuration: true },
    theme: { title: `vcf-agent API ${name}` },
  });
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly required?: readonly string[];
}

/** What has a default need not be given; to TypeBox it is always there. */
function documented(schema: FastifySchema): FastifySchema {
  const { properties = {}, required = [], ...query } = (schema.querystring ?? {}) as ObjectSchema;
  if (required.length === 0) return schema;
  const demanded = required.filter((name) => properties[name]?.default === undefined);
  return { ...schema, querystring: { ...query, properties, required: demanded } };
}
