import { randomUUID } from 'node:crypto';
import { VcfAgentError } from '../core/errors.ts';
import type { Job } from '../core/jobs.ts';
import type { Clock } from '../core/ports.ts';
import type { App } from './app.ts';
import { DatabaseCheck } from './database-check.ts';
import { workerName } from './home.ts';
import { JobBoard } from './jobs.ts';
import { Letters } from './letters.ts';
import type { SurveyOptions } from './platform-survey.ts';
import { ingestSubject, workOf } from './service-work.ts';
import { type Upload, type UploadSettings, Uploads } from './uploads.ts';

export interface ServiceSettings {
  readonly batchSize: number;
  readonly lineBytes: number;
  readonly uploads: Omit<UploadSettings, 'folder'>;
  readonly survey: SurveyOptions;
}

/** What happens to jobs, for the log. */
export interface ServiceEvents {
  readonly onJob?: ((job: Job, bug?: unknown) => void) | undefined;
}

const EXPIRE_EVERY_MS = 60 * 60 * 1000;

/**
 * The program as a long-running service for many tenants: what the API is made of. What a request waits for is a method of
 * `for(tenant)`; what takes longer is a job.
 */
export class Service implements AsyncDisposable {
  readonly settings: ServiceSettings;
  readonly app: App;
  readonly clock: Clock;
  readonly jobs: JobBoard;
  readonly uploads: Uploads;
  readonly letters: Letters;
  readonly database: DatabaseCheck;
  readonly #timer: NodeJS.Timeout;

  private constructor(
    app: App,
    settings: ServiceSettings,
    parts: Pick<Service, 'clock' | 'jobs' | 'uploads' | 'letters'>,
  ) {
    this.app = app;
    this.settings = settings;
    this.clock = parts.clock;
    this.jobs = parts.jobs;
    this.uploads = parts.uploads;
    this.letters = parts.letters;
    this.database = new DatabaseCheck(() => app.store.version(), parts.clock);
    this.#timer = setInterval(() => void this.#expire(), EXPIRE_EVERY_MS).unref();
  }

  /** Takes up the jobs that an instance of this home left unfinished. The app stays whose it is. */
  static async open(app: App, settings: ServiceSettings, clock: Clock, events: ServiceEvents = {}): Promise<Service> {
    const folders = await app.folders();
    const uploads = new Uploads({ ...settings.uploads, folder: folders.uploads }, clock);
    const letters = new Letters(folders.deadLetters);
    const work = workOf({ app, uploads, letters });
    const ports = { store: app.store, clock, work, onChange: events.onJob };
    const jobs = new JobBoard(ports, workerName(settings.survey.home, 'serve'));
    const service = new Service(app, settings, { clock, jobs, uploads, letters });
    await jobs.resume();
    await service.#expire();
    return service;
  }

  /** The program as one tenant has it. */
  for(tenant: string): App {
    return this.app.forTenant(tenant);
  }

  /** Begins to ingest an upload that is whole. */
  async ingestUpload(upload: Upload, requestId: string): Promise<Job> {
    const { tenant } = upload;
    const id = randomUUID();
    // First: a short file may be stored, and its upload gone, as soon as the job is there.
    await this.uploads.attach(upload, id);
    try {
      return await this.jobs.submit({ id, tenant, kind: 'ingest', subject: ingestSubject(upload), requestId });
    } catch (error) {
      await this.uploads.attach(upload, null);
      throw error;
    }
  }

  /** Forgets an upload. Throws NOT_FOUND, UPLOAD_CONFLICT while it is being sent to or ingested. */
  async removeUpload(tenant: string, id: string): Promise<void> {
    const { jobId } = await this.uploads.find(tenant, id);
    if (jobId !== null && this.jobs.isActive(jobId)) {
      throw new VcfAgentError('UPLOAD_CONFLICT', `upload ${id} is being ingested by job ${jobId}: cancel that`);
    }
    await this.uploads.remove(tenant, id);
  }

  async #expire(): Promise<void> {
    await this.uploads.expire((jobId) => this.jobs.isActive(jobId));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.jobs.close();
  }
}
