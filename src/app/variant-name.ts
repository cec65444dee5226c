import { VcfAgentError } from '../core/errors.ts';
import type { Filter } from '../core/filter.ts';
import type { VariantRow } from '../core/ports.ts';
import { annotation } from './rows.ts';

/** Rows that a person means when naming one variant. */
export interface VariantLookup {
  readonly filter: Filter;
  /** What the filter cannot say exactly. */
  readonly matches: (row: VariantRow) => boolean;
}

const ALLELE = '[A-Za-z*.<>:\\[\\]0-9_]+';
/** `17-43045712-T-C`, `chr17:43045712:T:C`, `17:43045712:T>C`. */
const KEY = new RegExp(`^(\\S+)[:-](\\d+)[:-]([A-Za-z]+)[:>-](${ALLELE})$`);
/** `17:g.43045712T>C`, `chr17:43045712T>C`. */
const GENOMIC = /^(\S+):(?:g\.)?(\d+)([A-Za-z]+)>([A-Za-z]+)$/;
const PLACE = /^(\S+):(\d+)$/;
/** `NM_007294.4:c.5096G>A`, `BRCA1:p.Arg1699Gln`, `p.Arg1699Gln`. */
const HGVS = /^(?:([^:\s]+):)?([cnp]\.\S+)$/;

const always = (): boolean => true;

const equals = (name: string, value: string): Filter => ({
  kind: 'compare',
  field: { kind: 'column', name },
  op: '=',
  value,
});
const contains = (name: string, value: string): Filter => ({
  kind: 'compare',
  field: { kind: 'column', name },
  op: '~',
  value,
});
const all = (...terms: readonly Filter[]): Filter => ({ kind: 'and', terms });

function at(chrom: string, position: string): Filter {
  const pos = Number(position);
  return { kind: 'region', chrom, start: pos, end: pos };
}

/** HGVS is stored without the reference before its colon, which stands in other columns: a gene, or the transcript. */
function hgvsLookup(reference: string | undefined, change: string): VariantLookup {
  const named = equals(change.startsWith('p.') ? 'hgvs_p' : 'hgvs_c', change);
  // Proteins have no column; the change alone is as exact as it gets.
  if (reference === undefined || /^(?:[NX]P_|ENSP)/.test(reference)) return { filter: named, matches: always };
  if (!/^(?:[NX][MR]_|ENST|LRG_)/.test(reference))
    return { filter: all(named, equals('gene', reference)), matches: always };
  const unversioned = reference.replace(/\.\d+$/, '');
  return {
    filter: all(named, contains('transcript', unversioned)),
    matches(row) {
      const transcript = annotation(row, 'transcript');
      return transcript === reference || (unversioned === reference && transcript.replace(/\.\d+$/, '') === reference);
    },
  };
}

/** Understands keys, positions, rsIDs (any ID) and HGVS. Throws USAGE for text that is none of them. */
export function parseVariantName(text: string): VariantLookup {
  const key = KEY.exec(text) ?? GENOMIC.exec(text);
  if (key !== null) {
    const [, chrom = '', pos = '', ref = '', alt = ''] = key;
    const alleles = [equals('ref', ref.toUpperCase()), equals('alt', isBases(alt) ? alt.toUpperCase() : alt)];
    // A region also holds what begins before it and reaches into it.
    return { filter: all(at(chrom, pos), ...alleles), matches: (row) => row.pos === Number(pos) };
  }
  const hgvs = HGVS.exec(text);
  if (hgvs !== null) return hgvsLookup(hgvs[1], hgvs[2] ?? '');
  const place = PLACE.exec(text);
  if (place !== null) return { filter: at(place[1] ?? '', place[2] ?? ''), matches: always };
  if (/^[A-Za-z0-9_.-]+$/.test(text)) return { filter: equals('id', text), matches: always };
  const message = `"${text}" names no variant: use 17-43045712-T-C, 17:43045712, rs80357382, NM_007294.4:c.5096G>A or BRCA1:p.Arg1699Gln`;
  throw new VcfAgentError('USAGE', message);
}

const isBases = (text: string): boolean => /^[A-Za-z]+$/.test(text);
