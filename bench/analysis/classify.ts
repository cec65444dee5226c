/**
 * Judging alone, on one core, in CPU seconds of the thread: the columns that every ingest finds, the evidence for the rules
 * (which contains them), and the rules. Rounds A B C A B C, medians. The goal: 100,000 variants/s a core by the rules.
 */
import { basename } from 'node:path';
import { classify } from '../../src/analysis/acmg/classify.ts';
import { EvidenceReader } from '../../src/analysis/acmg/evidence-reader.ts';
import { loadClinvar } from '../../src/analysis/acmg/load-clinvar.ts';
import { DEFAULT_PROFILE } from '../../src/analysis/acmg/profile.ts';
import type { VariantBlock } from '../../src/core/variant-block.ts';
import { createAnnotator } from '../../src/vcf/info/annotator.ts';
import { createNormaliser } from '../../src/vcf/normalise/normaliser.ts';
import { openVcf } from '../../src/vcf/open.ts';
import { machine, median } from '../measure.ts';

export interface ClassifyBenchOptions {
  /** An annotated file. */
  readonly file: string;
  readonly rounds: number;
  /** A ClinVar to load, if there is one. */
  readonly clinvar?: string | undefined;
}

const GOAL = 100_000;
/** Enough for the code to be compiled well, few enough to be held. */
const RECORDS = 50_000;
const MICROSECONDS = 1e6;

export async function benchClassify({ file, rounds, clinvar }: ClassifyBenchOptions): Promise<void> {
  console.log(`classify ${basename(file)}, ${machine()}`);
  await using vcf = await openVcf(file);
  const { header } = vcf;
  const normaliser = createNormaliser(header, { split: 'bcftools' });
  const blocks: VariantBlock[] = [];
  let rows = 0;
  for await (const batch of vcf.batches({ maxRecords: 1000 })) {
    const { block } = normaliser.block(batch.block, batch.lines);
    // The normaliser keeps its buffers.
    blocks.push(structuredClone(block));
    rows += block.count;
    if (rows >= RECORDS) break;
  }
  const annotator = createAnnotator(header);
  const reader = new EvidenceReader(header);
  // Held for the rules; what the evidence costs is measured without holding it.
  const evidence = blocks.flatMap((block) => reader.read(block));
  const context = {
    profile: DEFAULT_PROFILE,
    lossOfFunctionGenes: new Set(['BRCA1']),
    clinvar: clinvar === undefined ? undefined : await loadClinvar(clinvar),
  };
  const steps: Readonly<Record<string, () => void>> = {
    'columns alone': () => blocks.forEach((block) => void annotator.annotate(block)),
    evidence: () => blocks.forEach((block) => void reader.read(block)),
    rules: () => {
      const { sources } = reader;
      let points = 0;
      for (const one of evidence) points += classify(one, { ...context, sources }).points;
      if (Number.isNaN(points)) throw new Error('no points');
    },
  };
  const rates = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, step] of Object.entries(steps)) {
      const before = process.threadCpuUsage();
      step();
      const { user, system } = process.threadCpuUsage(before);
      // The first round only warms up.
      if (round >= 0) rates.get(name)!.push(rows / ((user + system) / MICROSECONDS));
    }
  }
  for (const [name, figures] of rates) {
    console.log(`  ${name.padEnd(14)} ${Math.round(median(figures)).toLocaleString('en')} variants/s a core`);
  }
  console.log(`  goal for the rules: ${GOAL.toLocaleString('en')}`);
}
