import type { ApiLog } from '../../src/api/request-log.ts';
import { type ServedApi, type ServeOptions, serveApi } from '../../src/api/serve.ts';
import { createApiKey } from '../../src/app/api-keys.ts';
import { systemClock } from '../../src/app/clock.ts';
import type { Scope } from '../../src/core/api-keys.ts';
import type { Job } from '../../src/core/jobs.ts';
import { openTestService, type TestService } from './service.ts';

/** The API of a test's own, on a real socket. */
export interface TestApi extends AsyncDisposable {
  readonly url: string;
  readonly own: TestService;
  /** What it logged. */
  readonly lines: Record<string, unknown>[];
  /** A key of this tenant, ready for a header. */
  key(tenant: string, scope?: Scope): Promise<{ readonly Authorization: string }>;
  /** Asks for a path below /api/v2. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Asks, and gives the body. Fails on any status that is not 2xx. */
  json<T = Record<string, unknown>>(path: string, init?: RequestInit): Promise<T>;
  /** Waits for the end of a job. */
  ended(job: Pick<Job, 'id'>, init?: RequestInit): Promise<Job>;
}

export async function openTestApi(change: Partial<ServeOptions> = {}): Promise<TestApi> {
  const own = await openTestService();
  const lines: Record<string, unknown>[] = [];
  const keep = (level: string) => (facts: object) => void lines.push({ level, ...facts });
  const log: ApiLog = { info: keep('info'), warn: keep('warn'), error: keep('error') };
  const limits = { rateLimit: 1_000_000, timeoutMs: 60_000, drainMs: 5_000 };
  const options = { host: '127.0.0.1', port: 0, log, anonymousTenant: 'default', ...limits, ...change };
  const served: ServedApi = await serveApi(own.service, options);
  const ask = (path: string, init?: RequestInit) =>
    fetch(`${served.url}${path.startsWith('/api') || path.startsWith('/health') ? '' : '/api/v2'}${path}`, init);
  const json = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const response = await ask(path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    url: served.url,
    own,
    lines,
    ask,
    json,
    key: async (tenant, scope = 'admin') => {
      const made = await createApiKey(own.rig.app.store, { tenant, name: 'test', scope }, systemClock);
      return { Authorization: `Bearer ${made.text}` };
    },
    ended: async ({ id }, init) => {
      for (;;) {
        const job = await json<Job>(`/jobs/${id}`, init);
        if (job.finishedAt !== null) return job;
        await systemClock.sleep(25);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await served[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** A small annotated file with two samples. */
export const SMALL_VCF = `##fileformat=VCFv4.2
##INFO=<ID=GENEINFO,Number=1,Type=String,Description="Gene">
##INFO=<ID=CLNSIG,Number=.,Type=String,Description="Significance">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##contig=<ID=17>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tmum\tdad
17\t43045712\trs80357382\tT\tC\t50\tPASS\tGENEINFO=BRCA1:672;CLNSIG=Pathogenic;DP=30\tGT\t0/1\t0/0
17\t43045800\t.\tA\tG,T\t.\t.\tDP=12\tGT\t1/2\t0/1
17\t7674220\trs11540652\tC\tT\t99\tPASS\tGENEINFO=TP53:7157;CLNSIG=Pathogenic\tGT\t0/0\t1/1
`;
