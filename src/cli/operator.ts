import type { App } from '../app/app.ts';
import type { StoreFolders } from '../app/home.ts';
import type { KnownPlatform, SurveyOptions } from '../app/platform-survey.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { PlatformName } from '../core/ports.ts';
import type { Context } from './context.ts';

const NAMES: readonly PlatformName[] = ['embedded', 'iggy', 'kafka'];

/** The settings of every platform, whether it is in use or not, and of what opens them. */
export async function surveyOptions(context: Context): Promise<SurveyOptions & { readonly tenant: string }> {
  const loaded = await context.config();
  const { platformSettings } = await import('../app/platform-settings.ts');
  return { ...loaded.config, platforms: platformSettings(loaded) };
}

/** Opens the platforms of the route, or those that are named, for verbs that look after them. */
export async function withKnownPlatforms<T>(
  context: Context,
  named: string | undefined,
  work: (platforms: readonly KnownPlatform[], options: SurveyOptions & { readonly tenant: string }) => Promise<T>,
): Promise<T> {
  const [options, { platformsInUse, withPlatforms }, { systemClock }] = await Promise.all([
    surveyOptions(context),
    import('../app/platform-survey.ts'),
    import('../app/clock.ts'),
  ]);
  const names = named === undefined ? platformsInUse(options.platforms) : namesOf(named);
  const ports = { clock: systemClock, signal: context.signal };
  return await withPlatforms(names, options, ports, (platforms) => work(platforms, options));
}

function namesOf(text: string): readonly PlatformName[] {
  if (text === 'all') return NAMES;
  const name = NAMES.find((known) => known === text);
  if (name !== undefined) return [name];
  throw new VcfAgentError('USAGE', `there is no platform ${text}: use ${NAMES.join(', ')} or all`);
}

/** Opens the program, with what it keeps on this machine for its database. */
export async function withFolders<T>(
  context: Context,
  work: (app: App, folders: StoreFolders) => Promise<T>,
): Promise<T> {
  const { config } = await context.config();
  const { storeFolders } = await import('../app/home.ts');
  return context.withApp(async (app) => work(app, storeFolders(config.home, await app.store.identity())));
}
