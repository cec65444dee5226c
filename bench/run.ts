/**
 * `npm run bench -- [read|ingest|memory|summary|platforms|transports|latency|failover|questions|classify|projections|similar|upload|versions …] [--rounds 5]`. All of them without a name. BENCH_DATA names a folder that has
 * the files already, --file one of them (for ingest, summary and platforms), --iggy-server a program of yours, --clinvar a ClinVar for classify. Figures worth keeping go into RESULTS.md, by hand, with the machine and the losses.
 */
import { parseArgs } from 'node:util';
import { benchClassify } from './analysis/classify.ts';
import { benchSummary } from './analysis/summary.ts';
import { benchUpload } from './api/upload.ts';
import { benchVersions } from './api/versions.ts';
import { benchFailover } from './coordinator/failover.ts';
import { benchLatency } from './coordinator/latency.ts';
import { type BenchFile, benchFile } from './data.ts';
import { benchTransports } from './iggy/transports.ts';
import { benchEndToEnd } from './ingest/end-to-end.ts';
import { benchMemory } from './ingest/memory.ts';
import { benchPlatforms } from './platforms.ts';
import { benchRead } from './read/read.ts';
import { benchProjections, benchSimilar } from './stores/projections.ts';
import { benchQuestions } from './stores/questions.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    file: { type: 'string', multiple: true, default: ['sites200k.vcf.gz', 'trio500k.vcf.gz'] },
    'iggy-server': { type: 'string' },
    clinvar: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const iggyServer = values['iggy-server'];
const files = () => values.file.map((name) => benchFile(name as BenchFile));

const benches: Record<string, () => Promise<void>> = {
  read: () => benchRead({ file: benchFile('sites200k.vcf.gz'), rounds }),
  ingest: () => benchEndToEnd({ files: files(), rounds }),
  memory: () => benchMemory([benchFile('sites100k.vcf.gz'), benchFile('sites2m.vcf.gz')]),
  summary: () => benchSummary({ files: files(), rounds }),
  platforms: () => benchPlatforms({ files: files(), workers: [1, 2, 4], rounds, iggyServer }),
  transports: () => benchTransports({ iggyServer, rounds, datagramBytes: 1232 }),
  latency: () => benchLatency({ sends: 10, rounds: 200, iggyServer }),
  failover: () => benchFailover({ flips: 50, iggyServer }),
  questions: () => benchQuestions({ file: benchFile('sites2m.vcf.gz'), asks: 50 * rounds }),
  classify: () => benchClassify({ file: benchFile('sites200k.vcf.gz'), rounds, clinvar: values.clinvar }),
  projections: () => benchProjections({ file: benchFile('sites200k.vcf.gz'), rounds, names: ['lancedb', 'graph'] }),
  // A million and some: the file's first half would do, but the index is the harder the more there are.
  similar: () => benchSimilar(benchFile('sites2m.vcf.gz')),
  upload: () => benchUpload(benchFile('sites2m.vcf.gz')),
  versions: () => benchVersions(),
};

const wanted = Object.keys(benches).filter(
  (name) => positionals.length === 0 || positionals.some((p) => name.startsWith(p)),
);
if (wanted.length === 0) throw new Error(`no such bench; there are ${Object.keys(benches).join(', ')}`);
for (const name of wanted) await benches[name]!();
