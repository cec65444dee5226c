import {
  BOUNDS_STRIDE,
  END_ALT,
  END_FILTER,
  END_INFO,
  END_QUAL,
  LINE_END,
  type VariantBlock,
} from '../../core/variant-block.ts';
import { findCarriers } from '../../vcf/carriers.ts';
import type { GenotypeFacts, LineFacts } from './case.ts';

/** Names of carriers that a report shows; it counts all. */
const CARRIERS_NAMED = 20;
const NUMBER = /^\d+(\.\d+)?$/;

/** Rows of a block that one of these samples (by their places in the header) carries. */
export function rowsCarriedBy(
  wanted: ReadonlySet<number>,
  block: VariantBlock,
  sampleCount: number,
): ReadonlySet<number> {
  const { samples, offsets, rows } = findCarriers(block, sampleCount);
  const carried = new Set<number>();
  for (const [place, sample] of samples.entries()) {
    if (!wanted.has(sample)) continue;
    for (let at = offsets[place]!; at < offsets[place + 1]!; at++) carried.add(rows[at]!);
  }
  return carried;
}

/** What a row's line says beside its annotation. `members`: places of samples in the header. */
export function lineFacts(
  { bounds }: VariantBlock,
  bytes: Buffer,
  row: number,
  { samples, members }: { readonly samples: readonly string[]; readonly members: readonly number[] },
): LineFacts {
  const base = row * BOUNDS_STRIDE;
  const text = (from: number, to: number): string =>
    bytes.toString('utf8', bounds[base + from]! + 1, bounds[base + to]);
  const [keys = '', ...columns] =
    bounds[base + END_INFO] === bounds[base + LINE_END] ? [] : text(END_INFO, LINE_END).split('\t');
  const names = keys.split(':');
  const genotypes = columns.map((column, sample) => genotypeFacts(samples[sample] ?? '', names, column));
  const carriers = genotypes.filter(({ carries }) => carries);
  return {
    qual: numberOf(text(END_ALT, END_QUAL)),
    filter: text(END_QUAL, END_FILTER),
    genotypes: members.flatMap((sample) => genotypes[sample] ?? []),
    carriers: {
      count: carriers.length,
      samples: carriers.slice(0, CARRIERS_NAMED).map(({ sample }) => sample),
    },
  };
}

function genotypeFacts(sample: string, keys: readonly string[], column: string): GenotypeFacts {
  const values = column.split(':');
  const value = (key: string): string => values[keys.indexOf(key)] ?? '.';
  const genotype = value('GT');
  const depths = value('AD');
  return {
    sample,
    genotype,
    carries: /[1-9]/.test(genotype),
    depth: numberOf(value('DP')),
    quality: numberOf(value('GQ')),
    alleleDepths: depths === '.' ? undefined : depths,
  };
}

function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}
