import { VcfAgentError } from '../../core/errors.ts';
import { bufferOf, type VariantBlock } from '../../core/variant-block.ts';
import type { Header } from '../../vcf/header/model.ts';
import type { AnnotatedRow } from '../../vcf/info/annotated-row.ts';
import { createAnnotator } from '../../vcf/info/annotator.ts';
import { createNormaliser } from '../../vcf/normalise/normaliser.ts';
import { openVcf } from '../../vcf/open.ts';
import type { ClinvarRecord } from './clinvar.ts';
import { MemoryClinvar } from './clinvar-memory.ts';
import { factsOfConsequence } from './effect.ts';
import { isNull } from './loss-of-function.ts';
import { placeOfRow } from './place.ts';

const RECORDS_AT_A_TIME = 10_000;

/** Reads a ClinVar VCF (https://ftp.ncbi.nlm.nih.gov/pub/clinvar/) into memory. Throws what `openVcf` does; INPUT_FORMAT when it is no ClinVar. */
export async function loadClinvar(
  path: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<MemoryClinvar> {
  await using reader = await openVcf(path, options);
  const { header } = reader;
  if (!header.info.has('CLNSIG')) {
    throw new VcfAgentError('INPUT_FORMAT', `${path} is no ClinVar: its header declares no CLNSIG`, {
      context: { file: path },
    });
  }
  const clinvar = new MemoryClinvar({
    release: lineOf(header, 'fileDate') ?? 'unknown',
    assembly: lineOf(header, 'reference'),
  });
  const normaliser = createNormaliser(header, { split: 'bcftools' });
  for await (const batch of reader.batches({ maxRecords: RECORDS_AT_A_TIME, ...options })) {
    const { block } = normaliser.block(batch.block, batch.lines);
    addAll(clinvar, header, block);
  }
  return clinvar;
}

function addAll(clinvar: MemoryClinvar, header: Header, block: VariantBlock): void {
  const bytes = bufferOf(block);
  const visit = (row: AnnotatedRow): void => {
    const place = placeOfRow(block, bytes, row.row);
    const significance = row.text('clinsig');
    if (significance === undefined || place.alt === '.') return;
    clinvar.add({
      ...place,
      genes: (row.text('genes') ?? row.text('gene') ?? '').split(',').filter(Boolean),
      significance,
      stars: Number(row.text('stars') ?? 0),
      effect: effectOf(row.text('consequence')),
    });
  };
  createAnnotator(header, { visit }).annotate(block);
}

function lineOf({ lines }: Header, key: string): string | undefined {
  return lines.find((line) => line.key === key)?.value;
}

function effectOf(consequence: string | undefined): ClinvarRecord['effect'] {
  if (consequence === undefined) return 'other';
  const facts = factsOfConsequence(consequence);
  if (facts.effect === 'missense') return 'missense';
  return isNull(facts) && facts.effect !== 'startLost' ? 'truncating' : 'other';
}
