import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnalysisSettings, analysisSettings } from '../../src/app/analysis-settings.ts';
import { findCandidates, requestsFor } from '../../src/app/candidates.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Narrative } from '../../src/core/narratives.ts';
import { INGEST, openTestApp, type TestApp } from './app.ts';
import { GENOTYPES, judgedVcf, ORDER, SAMPLES } from './judged-vcf.ts';
import { type Api, ModelServer, type Received } from './model-server.ts';

export const FILE = 'secret-family.vcf';
export const VARIANTS = 30;
export const APIS = ['openai', 'anthropic', 'ollama'] as const;
const KEYS = { openai: 'sk-openai-secret', anthropic: 'sk-anthropic-secret' };

/** Whom to ask, about how many variants. */
interface Asked {
  readonly providers?: readonly string[];
  readonly retry?: boolean;
  readonly variants?: number;
}

/** A program with a judged file of confidential names, and a stand-in for each API on a socket of its own. */
export class AnalysisRig implements AsyncDisposable {
  readonly rig: TestApp;
  readonly fileId: number;
  readonly servers: Readonly<Record<Api, ModelServer>>;

  private constructor(rig: TestApp, fileId: number, servers: Readonly<Record<Api, ModelServer>>) {
    this.rig = rig;
    this.fileId = fileId;
    this.servers = servers;
  }

  static async open(): Promise<AnalysisRig> {
    const rig = await openTestApp();
    const path = join(rig.folder, FILE);
    writeFileSync(path, judgedVcf(FILE, VARIANTS));
    const { receipt } = await rig.app.ingest(path, INGEST);
    const [openai, anthropic, ollama] = await Promise.all(APIS.map(() => ModelServer.start('ok', { slowMs: 150 })));
    return new AnalysisRig(rig, receipt.fileId, { openai: openai!, anthropic: anthropic!, ollama: ollama! });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(Object.values(this.servers).map((server) => server[Symbol.asyncDispose]()));
    await this.rig[Symbol.asyncDispose]();
  }

  /** Forgets what was asked, and lets the stand-ins behave. */
  async reset(): Promise<void> {
    for (const table of ['narrative_requests', 'provider_spending', 'egress'])
      await this.rig.sql(`delete from ${table}`);
    for (const server of Object.values(this.servers)) {
      server.received.length = 0;
      server.script.length = 0;
      server.behaviour = 'ok';
    }
  }

  /** As a user would set it, by variables. */
  settings(providers: readonly Api[], more: Readonly<Record<string, string>> = {}): AnalysisSettings {
    const each = providers.flatMap((api) => {
      const fast = { CONCURRENCY: '8', REQUESTS_PER_MINUTE: '100000', TIMEOUT_MS: '60000' };
      const values = Object.entries({ MODEL: 'm', BASE_URL: this.servers[api].url(api), ...fast });
      return values.map(([name, value]) => [`VCF_AGENT_ANALYSIS_${api.toUpperCase()}_${name}`, value]);
    });
    const env = {
      HOME: this.rig.folder,
      OPENAI_API_KEY: KEYS.openai,
      ANTHROPIC_API_KEY: KEYS.anthropic,
      VCF_AGENT_ANALYSIS_PROVIDERS: providers.join(','),
      ...Object.fromEntries(each),
      ...more,
    };
    return analysisSettings(loadConfig({ env, cwd: this.rig.folder }));
  }

  async narrate(
    settings: AnalysisSettings,
    { providers = [], retry = false, variants = VARIANTS }: Asked = {},
  ): Promise<readonly Narrative[]> {
    const { app } = this.rig;
    const requests = await this.requests(settings, { providers, retry, variants });
    return await app.analysing(settings, (analysis) => analysis.ask(requests));
  }

  /** Of the file, or another. */
  async requests(
    settings: AnalysisSettings,
    { providers = [], retry = false, variants = VARIANTS }: Asked,
    { app = this.rig.app, fileId = this.fileId } = {},
  ) {
    const files = (await app.store.files('default')).filter((file) => file.fileId === fileId);
    const verdicts = await findCandidates(app, files, { minPoints: 1, budget: variants });
    return await requestsFor(app, verdicts, settings, { providers, retry });
  }

  get received(): readonly Received[] {
    return Object.values(this.servers).flatMap(({ received }) => received);
  }

  async count(table: string): Promise<number> {
    return Number((await this.rig.sql(`select count(*) as n from ${table}`))[0]!.n);
  }

  /** In what came in over the sockets, in whatever request. */
  assertNothingConfidentialLeft(): void {
    assert.ok(this.received.length > 0);
    const names = [...SAMPLES, ...GENOTYPES, FILE, FILE.replace('.vcf', ''), ...Object.values(KEYS), this.rig.folder];
    for (const { body } of this.received) {
      for (const name of names) assert.ok(!body.toLowerCase().includes(name.toLowerCase()), `${name} is in ${body}`);
    }
  }
}

/** Nothing that the evidence does not say is shown, by whomever it was said. */
export function assertNothingInvented(narratives: readonly Narrative[]): void {
  for (const { statements, subject } of narratives) {
    const ids = new Set(subject.evidence.map(({ id }) => id));
    for (const { text, cites } of statements) {
      assert.ok(!text.includes(ORDER) && !text.includes('TP53') && !/\bbenign\b/i.test(text), text);
      assert.ok(cites.length > 0 && cites.every((id) => ids.has(id)), cites.join());
    }
  }
}
