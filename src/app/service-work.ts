import { VcfAgentError } from '../core/errors.ts';
import type { Job, JobFacts, JobKind } from '../core/jobs.ts';
import type { App } from './app.ts';
import type { IngestSummary } from './ingestion.ts';
import type { Work } from './jobs.ts';
import type { Letters } from './letters.ts';
import { type ReplayedLetter, replayLetters } from './replay-letters.ts';
import type { Upload, Uploads } from './uploads.ts';

export interface WorkPorts {
  readonly app: App;
  readonly uploads: Uploads;
  readonly letters: Letters;
}

/** Told of what could not be read: the rest is in the store. */
const REJECTED_TOLD = 10;

/** What a job of each kind does. */
export function workOf({ app, uploads, letters }: WorkPorts): Readonly<Record<JobKind, Work>> {
  return {
    ingest: async ({ tenant, subject }, { signal, onProgress }) => {
      const upload = await uploads.find(tenant, String(subject.uploadId));
      const path = uploads.path(tenant, upload.id);
      const { name, options } = upload;
      const ingesting = app.forTenant(tenant).ingest(path, {
        ...options,
        name,
        resume: true,
        signal,
        onProgress: (progress) => onProgress({ ...progress }),
      });
      const summary = await ingesting.catch((error) => {
        throw named(error, path, name);
      });
      await uploads.remove(tenant, upload.id);
      return ingestResult(summary);
    },
    delete: async ({ tenant, subject }, { signal }) =>
      app.forTenant(tenant).deleteFile(Number(subject.fileId), { signal }),
    prove: async ({ tenant, subject }, { signal, onProgress }) => {
      const proof = await app.forTenant(tenant).prove(Number(subject.fileId), {
        signal,
        onProgress: (checked, variants) => onProgress({ checked, variants }),
      });
      const { receipt, ...rest } = proof;
      return { ...rest, receipt: receipt ?? null };
    },
    replay: async (job, { signal, onProgress }) => replay(job, { app, letters }, { signal, onProgress }),
  };
}

/** The upload that a file's ingest begins with, as its job knows it. */
export function ingestSubject({ id, name, offset, options }: Upload): JobFacts {
  return { uploadId: id, name, bytes: offset, ...options };
}

function ingestResult({ receipt, alreadyStored, planDiffers, rejected, truncation }: IngestSummary): JobFacts {
  const told = rejected.slice(0, REJECTED_TOLD);
  return { receipt, alreadyStored, planDiffers, rejected: told, truncation: truncation ?? null };
}

async function replay(
  { tenant, subject }: Job,
  { app, letters }: Pick<WorkPorts, 'app' | 'letters'>,
  { signal, onProgress }: Parameters<Work>[1],
): Promise<JobFacts> {
  const ids = new Set(subject.ids as readonly string[]);
  const chosen = (await ownLetters(letters, tenant)).filter(({ id }) => ids.has(id));
  const outcomes: JobFacts[] = [];
  await replayLetters({ app: app.forTenant(tenant), letters }, chosen, {
    signal,
    onReplayed: ({ letter, outcome, error }: ReplayedLetter) => {
      outcomes.push({
        id: letter.id,
        outcome,
        error: error === undefined ? null : { code: error.code, message: error.message },
      });
      onProgress({ replayed: outcomes.length, letters: chosen.length });
    },
  });
  return { outcomes };
}

/** Dead letters of one tenant. One that nobody can read is nobody's: the operator has it on the command line. */
export async function ownLetters(letters: Letters, tenant: string) {
  const all = await letters.list();
  const tenants = await Promise.all(all.map((letter) => letters.tenantOf(letter)));
  return all.filter((_, index) => tenants[index] === tenant);
}

/** Clients know a file by the name that they gave it, and nothing of our folders. */
function named(error: unknown, path: string, name: string): unknown {
  if (!(error instanceof VcfAgentError) || !error.message.includes(path)) return error;
  const { code, message, retryable, context } = error;
  const facts = Object.fromEntries(Object.entries(context).map(([key, value]) => [key, value === path ? name : value]));
  return new VcfAgentError(code, message.replaceAll(path, name), { retryable, cause: error, context: facts });
}
