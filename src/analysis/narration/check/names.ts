import { type Grounds, numberOf, stripped } from './grounds.ts';

/** Abbreviations that say nothing about a variant. */
const GENERAL: ReadonlySet<string> = new Set(['ACMG', 'AMP', 'DNA', 'RNA', 'VCF', 'ID', 'IDs', 'HGVS']);

/** Names of sources: only where the cited evidence has them, in whatever spelling. */
const SOURCES = /^(?:clinvar|clingen|gnomad|gnomade|gnomadg|revel|cadd|spliceai|loftee|vep|snpeff|mane|dbsnp)$/;

/** Words that stand before or after `gene` without naming one. */
const AROUND_GENE: ReadonlySet<string> = new Set(
  `the a an this that these its it same named each every any of in is are has have with and or by for as to on from which whose
   where whole entire symbol product name list lists listed names transcript coding level function also affected other concerned
   involved carries carrying evidence here only one`.split(/\s+/),
);

/** A token that names or counts something which the cited evidence does not. */
export function objectToNames(sentence: string, grounds: Grounds): string | undefined {
  for (const [, before = '', , after = ''] of sentence.matchAll(
    /(\S+)?\s*\b(genes?|proteins?|locus|loci)\b\s*(\S+)?/gi,
  )) {
    const unknown = [before, after].map(stripped).find((word) => word !== '' && !isKnownNeighbour(word, grounds));
    if (unknown !== undefined) return `"${unknown}" is not in the evidence that it cites`;
  }
  let isFirst = true;
  for (const raw of sentence.split(' ')) {
    const token = stripped(raw);
    if (token === '' || /^-+$/.test(token)) continue;
    const objection = objectToToken(token, isFirst, grounds);
    if (objection !== undefined) return objection;
    isFirst = false;
  }
  return undefined;
}

function isKnownNeighbour(word: string, grounds: Grounds): boolean {
  return AROUND_GENE.has(word.toLowerCase()) || grounds.exact.has(word) || grounds.words.has(word.toLowerCase());
}

function objectToToken(token: string, isFirst: boolean, grounds: Grounds): string | undefined {
  if (grounds.exact.has(token)) return undefined;
  const number = numberOf(token.replace(/%$/, ''));
  if (number !== undefined) return objectToNumber(token, number, grounds);
  if (/^[A-Za-z][A-Za-z']*$/.test(token)) return objectToWord(token, isFirst, grounds);
  // `PM1/PP3`, `splice-site`: each part by itself. With `:`, `>`, `.` or `_` in it, only the whole means anything.
  const parts = token.split(/[/-]/);
  const isSplit = parts.length > 1 && parts.every((part) => /^[A-Za-z]{2,}\d*$|^\d+(?:\.\d+)?$/.test(part));
  if (!isSplit) return unknown(token);
  for (const part of parts) {
    const objection = objectToToken(part, false, grounds);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function objectToNumber(token: string, number: number, { numbers }: Grounds): string | undefined {
  // A share as percent is the one conversion that people expect.
  if (token.endsWith('%')) {
    const isSame = [...numbers].some((known) => Math.abs(known * 100 - number) <= 1e-9 * Math.abs(number));
    return isSame ? undefined : unknown(token);
  }
  return numbers.has(number) ? undefined : unknown(token);
}

function objectToWord(word: string, isFirst: boolean, grounds: Grounds): string | undefined {
  const lower = word.toLowerCase();
  if (SOURCES.test(lower)) return grounds.text.includes(lower) ? undefined : unknown(word);
  // A base, or an amino acid.
  if (word.length === 1) return /^[aAI]$/.test(word) ? undefined : unknown(word);
  // What looks like a symbol has to be there exactly so: `MET` is a gene, `met` a word.
  const looksLikeSymbol = /[A-Z]/.test(word.slice(1)) || /^[b-df-hj-np-tv-xz]{3,}$/i.test(word);
  if (looksLikeSymbol) return GENERAL.has(word) ? undefined : unknown(word);
  const isName = /^[A-Z]/.test(word) && !isFirst;
  return isName && !grounds.words.has(lower) ? unknown(word) : undefined;
}

function unknown(token: string): string {
  return `"${token.slice(0, 40)}" is not in the evidence that it cites`;
}
