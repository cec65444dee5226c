import type { Registry } from './program.ts';

type Add = (registry: Registry) => void;

/** Every verb, in the order in which --help lists them. */
const VERBS: Readonly<Record<string, () => Promise<Add>>> = {
  ingest: async () => (await import('./commands/ingest.ts')).addIngest,
  query: async () => (await import('./commands/query.ts')).addQuery,
  get: async () => (await import('./commands/get.ts')).addGet,
  similar: async () => (await import('./commands/similar.ts')).addSimilar,
  search: async () => (await import('./commands/search.ts')).addSearch,
  files: async () => (await import('./commands/files.ts')).addFiles,
  prove: async () => (await import('./commands/prove.ts')).addProve,
  graph: async () => (await import('./commands/graph.ts')).addGraph,
  validate: async () => (await import('./commands/validate.ts')).addValidate,
  summary: async () => (await import('./commands/summary.ts')).addSummary,
  compare: async () => (await import('./commands/compare.ts')).addCompare,
  classify: async () => (await import('./commands/classify.ts')).addClassify,
  report: async () => (await import('./commands/report.ts')).addReport,
  ask: async () => (await import('./commands/ask.ts')).addAsk,
  mcp: async () => (await import('./commands/mcp.ts')).addMcp,
  reclassify: async () => (await import('./commands/reclassify.ts')).addReclassify,
  review: async () => (await import('./commands/review.ts')).addReview,
  annotate: async () => (await import('./commands/annotate.ts')).addAnnotate,
  analyze: async () => (await import('./commands/analyze.ts')).addAnalyze,
  export: async () => (await import('./commands/export.ts')).addExport,
  delete: async () => (await import('./commands/delete.ts')).addDelete,
  rebuild: async () => (await import('./commands/rebuild.ts')).addRebuild,
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
