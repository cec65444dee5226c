import { systemClock } from '../../src/app/clock.ts';
import { Service, type ServiceSettings } from '../../src/app/service.ts';
import type { Job } from '../../src/core/jobs.ts';
import { openTestApp, type TestApp } from './app.ts';

/** A service of a test's own, on the embedded default. */
export interface TestService extends AsyncDisposable {
  readonly rig: TestApp;
  readonly service: Service;
  /** A second instance of the same home, as it would be after a restart. */
  reopen(): Promise<Service>;
  /** Waits for the end of a job. */
  ended(tenant: string, id: string): Promise<Job>;
}

function serviceSettings({ options }: TestApp, change: Partial<ServiceSettings> = {}): ServiceSettings {
  return {
    batchSize: 50,
    lineBytes: options.lineBytes,
    uploads: { maxBytes: 64 * 1024 * 1024, expireAfterMs: 3_600_000 },
    survey: { ...options, platforms: { environment: 'development', primary: 'embedded' } },
    ...change,
  };
}

export async function openTestService(): Promise<TestService> {
  const rig = await openTestApp();
  const bugs: unknown[] = [];
  const events = { onJob: (_job: Job, bug?: unknown) => bug !== undefined && bugs.push(bug) };
  const open = () => Service.open(rig.app, serviceSettings(rig), systemClock, events);
  const service = await open();
  return {
    rig,
    service,
    reopen: open,
    ended: (tenant, id) => endOf(service, tenant, id),
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
      if (bugs.length > 0) throw new AggregateError(bugs, 'a job met a bug');
    },
  };
}

export async function endOf(service: Service, tenant: string, id: string): Promise<Job> {
  for (;;) {
    const job = await service.jobs.find(tenant, id);
    if (job.finishedAt !== null) return job;
    await systemClock.sleep(20);
  }
}
