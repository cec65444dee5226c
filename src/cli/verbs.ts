import type { Registry } from './program.ts';

type Add = (registry: Registry) => void;

/** Every verb, in the order in which --help lists them. */
const VERBS: Readonly<Record<string, () => Promise<Add>>> = {
  ingest: async () => (await import('./commands/ingest.ts')).addIngest,
  query: async () => (await import('./commands/query.ts')).addQuery,
  get: async () => (await import('./commands/get.ts')).addGet,
  files: async () => (await import('./commands/files.ts')).addFiles,
  prove: async () => (await import('./commands/prove.ts')).addProve,
  validate: async () => (await import('./commands/validate.ts')).addValidate,
  summary: async () => (await import('./commands/summary.ts')).addSummary,
  classify: async () => (await import('./commands/classify.ts')).addClassify,
  export: async () => (await import('./commands/export.ts')).addExport,
  delete: async () => (await import('./commands/delete.ts')).addDelete,
  consume: async () => (await import('./commands/consume.ts')).addConsume,
  status: async () => (await import('./commands/status.ts')).addStatus,
  platforms: async () => (await import('./commands/platforms.ts')).addPlatforms,
  topics: async () => (await import('./commands/topics.ts')).addTopics,
  explain: async () => (await import('./commands/explain.ts')).addExplain,
  dlq: async () => (await import('./commands/dlq.ts')).addDlq,
  route: async () => (await import('./commands/route.ts')).addRoute,
  serve: async () => (await import('./commands/serve.ts')).addServe,
  keys: async () => (await import('./commands/keys.ts')).addKeys,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  config: async () => (await import('./commands/config.ts')).addConfig,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  bench: async () => (await import('./commands/bench.ts')).addBench,
};

/** Adds what a command line can be about: the verb that it names, so that no other costs it any time; else all. */
export async function addVerbs(registry: Registry, args: readonly string[]): Promise<void> {
  const names = new Set(args.filter((arg) => Object.hasOwn(VERBS, arg)));
  const firstVerb = args.findIndex((arg) => names.has(arg));
  // Help that is asked for before any verb lists them all.
  const isGeneral = args.slice(0, firstVerb).some((arg) => arg === '--help' || arg === '-h');
  const wanted = Object.entries(VERBS).filter(([name]) => names.size === 0 || isGeneral || names.has(name));
  for (const add of await Promise.all(wanted.map(([, load]) => load()))) add(registry);
}
