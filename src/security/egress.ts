import { createHash } from 'node:crypto';
import { VcfAgentError } from '../core/errors.ts';
import type { EgressEntry } from '../core/narratives.ts';
import { type Confidential, EGRESS_KINDS, type EgressKind, Redaction } from './redaction.ts';

export interface EgressOptions {
  /** `openai:sampleNames`: what may leave for whom. */
  readonly allow: readonly string[];
  /** A service of this machine is as trusted as the program itself. */
  readonly loopbackIsLocal: boolean;
}

/** Who gets something. */
export interface Destination {
  readonly provider: string;
  readonly baseUrl: string;
}

export interface EgressPorts {
  /** Keeps what is about to leave; nothing leaves when it rejects. */
  readonly log: (entry: EgressEntry) => Promise<void>;
  readonly fetch: typeof fetch;
}

/** What a request is about, and what of it is ours: words that stand in every request. */
export interface EgressContext extends Pick<EgressEntry, 'tenant' | 'fileId' | 'requestId'> {
  readonly publicText: string;
  readonly redaction: Redaction;
}

/**
 * Stands between this machine and others. What must not leave is taken out before a request is made (`redaction`), and looked
 * for once more in the very bytes that are sent (`fetch`); each request is kept with its hash before it leaves.
 */
export class EgressGuard {
  readonly #options: EgressOptions;
  readonly #ports: EgressPorts;

  /** Throws CONFIG_INVALID for a kind that there is not. */
  constructor(options: EgressOptions, ports: EgressPorts) {
    for (const entry of options.allow) {
      const [provider = '', kind = ''] = entry.split(':');
      if (provider !== '' && (EGRESS_KINDS as readonly string[]).includes(kind)) continue;
      const what = `PROVIDER:KIND with a kind of ${EGRESS_KINDS.join(', ')}`;
      throw new VcfAgentError(
        'CONFIG_INVALID',
        `analysis.egressAllow holds ${JSON.stringify(entry)}: it must be ${what}`,
      );
    }
    this.#options = options;
    this.#ports = ports;
  }

  /** Whether a destination is this machine, and is to be trusted as such. */
  isLocal({ baseUrl }: Destination): boolean {
    return this.#options.loopbackIsLocal && isLoopback(new URL(baseUrl).hostname);
  }

  /** What has to be withheld from a destination. */
  withheldFrom(destination: Destination): readonly EgressKind[] {
    if (this.isLocal(destination)) return [];
    return EGRESS_KINDS.filter((kind) => !this.#options.allow.includes(`${destination.provider}:${kind}`));
  }

  redaction(destination: Destination, confidential: Confidential): Redaction {
    return new Redaction(this.withheldFrom(destination), confidential);
  }

  /** A `fetch` for one request to one destination. Rejects with EGRESS_DENIED when something is in it that must not leave. */
  fetch(destination: Destination, context: EgressContext): typeof fetch {
    return async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const { body = '' } = init;
      if (url.origin !== new URL(destination.baseUrl).origin) throw denied(destination, 'it goes to another host');
      if (input instanceof Request || typeof body !== 'string') throw denied(destination, 'its body cannot be read');
      const found = context.redaction.remainsIn(`${url.pathname}${url.search}\n${body}`, context.publicText);
      if (found !== undefined) throw denied(destination, `it holds ${found}`);
      const { tenant, fileId, requestId, redaction } = context;
      const bodyDigest = createHash('sha256').update(body).digest('hex');
      const bodyBytes = Buffer.byteLength(body);
      const about = { tenant, fileId, requestId, provider: destination.provider, host: url.host };
      await this.#ports.log({ ...about, bodyDigest, bodyBytes, withheld: redaction.counts });
      // A host that is trusted must not send us on to one that is not.
      return await this.#ports.fetch(url, { ...init, redirect: 'error' });
    };
  }
}

/** By what it is called alone: a name that has to be looked up may be anybody's. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}

function denied({ provider }: Destination, why: string): VcfAgentError {
  return new VcfAgentError('EGRESS_DENIED', `a request to ${provider} was not sent: ${why}`, { context: { provider } });
}
