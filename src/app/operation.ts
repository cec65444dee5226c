import type { DecisionEvent } from '../coordinator/flight.ts';
import { FileFlightRecorder } from '../coordinator/flight-recorder.ts';
import type { Cancellable } from '../core/ports.ts';
import { Explainer, type Explanation } from './explain.ts';
import { type PlatformReport, platformsInUse, surveyPlatform, withPlatforms } from './platform-survey.ts';
import type { Service } from './service.ts';
import { ownLetters } from './service-work.ts';
import { topicOf } from './topics.ts';

/** Each platform of the route, asked now. */
export async function surveyService(
  { app, clock, settings: { survey } }: Service,
  tenant: string,
  { signal }: Cancellable = {},
): Promise<readonly PlatformReport[]> {
  const options = { ...survey, folders: await app.folders() };
  const topic = topicOf({ ...survey, tenant });
  const ports = { clock, signal };
  return withPlatforms(platformsInUse(survey.platforms), options, ports, (known) =>
    Promise.all(known.map((platform) => surveyPlatform(platform, topic, ports))),
  );
}

/** The last decisions of this machine about a tenant's envelopes, newest first. */
export async function routingDecisions(
  { app, clock }: Service,
  tenant: string,
  limit: number,
): Promise<readonly DecisionEvent[]> {
  const { flights } = await app.folders();
  await using recorder = new FileFlightRecorder({ folder: flights, maxBytes: 0, now: clock.now });
  const own = (await recorder.decisions()).filter((decision) => decision.tenant === tenant);
  return own.slice(-limit).reverse();
}

/** The ways of what somebody names, if it is the tenant's own: the log book is of all tenants. */
export async function explainFor(
  { app, clock, letters }: Service,
  tenant: string,
  name: string,
  options: Cancellable & { readonly limit: number },
): Promise<readonly Explanation[]> {
  await using explainer = new Explainer({ store: app.store, tenant, folders: await app.folders(), clock });
  const { explanations } = await explainer.about(name, options);
  const own = new Set((await ownLetters(letters, tenant)).map(({ path }) => path));
  return explanations.flatMap((explanation) => {
    const { flights, applied } = explanation;
    const kept = explanation.letters.filter(({ path }) => own.has(path));
    const isTheirs = flights.some((flight) => flight.kind === 'decision' && flight.tenant === tenant);
    return applied !== undefined || kept.length > 0 || isTheirs ? [{ ...explanation, letters: kept }] : [];
  });
}
