import type { IncomingMessage } from 'node:http';
import { VcfAgentError } from '../core/errors.ts';
import type { Api } from './routes.ts';
import { type Resolution, VersionResolver } from './versioning/resolve.ts';
import { type ApiVersion, isSunset, lifecycleHeaders } from './versioning/versions.ts';

/** Gives each request to the version that it is for, and tells each client how long that one lives. */
export class VersionHooks {
  readonly #resolver: VersionResolver;
  readonly #resolutions = new WeakMap<IncomingMessage, Resolution>();
  readonly #headers: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly #now: () => number;
  readonly #all: string;

  constructor(versions: readonly ApiVersion[], now: () => number) {
    this.#resolver = new VersionResolver(versions);
    this.#headers = new Map(versions.map((version) => [version.name, lifecycleHeaders(version, versions)]));
    this.#now = now;
    this.#all = versions.map(({ version }) => version).join(', ');
  }

  /** For the server's `rewriteUrl`: before it looks for a route. */
  rewrite(request: IncomingMessage): string {
    const { url = '/', headers } = request;
    const resolution = this.#resolver.resolve({ url, headers });
    this.#resolutions.set(request, resolution);
    return resolution.url;
  }

  addTo(api: Api): void {
    api.addHook('onRequest', async (request, reply) => {
      const { version, error } = this.#resolutions.get(request.raw) ?? {};
      reply.headers(this.#headers.get(version?.name ?? '') ?? { 'X-API-Supported-Versions': this.#all });
      if (version !== undefined) reply.header('Vary', 'Accept, X-API-Version');
      if (error !== undefined) throw error;
      if (version === undefined || !isSunset(version, this.#now())) return;
      throw new VcfAgentError(
        'API_VERSION_GONE',
        `version ${version.version} ended at ${version.sunsetAt?.toISOString()}`,
      );
    });
  }
}
