/** Every Number that splitting knows or must leave alone, in every type: AI, AF, AS (per ALT), RI, … TS (two values). */
const FIELDS = Object.entries({ A: 'A', R: 'R', G: 'G', D: '.', O: '1', T: '2' }).flatMap(([prefix, number]) =>
  ['Integer', 'Float', 'String'].map((type) => ({ id: prefix + type[0], number, type })),
);
const SYMBOLS = ['*', '<DEL>', '<NON_REF>'];
const SAMPLES = 4;

/**
 * A VCF text of about so many multi-allelic records with lists of the right length: INFO and FORMAT fields of every Number
 * and type, missing values and lists, haploid and diploid records, genotypes of ploidy 1 to 3, trailing fields left out.
 */
export function multiallelicVcf(seed: number, records: number): string {
  const random = mulberry32(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(values: readonly T[]) => values[below(values.length)]!;
  const value = (type: string) => {
    if (random() < 0.1) return '.';
    if (type === 'String') return pick(['a', 'bb', 'ccc', 'd|e', 'x/y']);
    return String((below(4_000) - 20) / (type === 'Float' ? 8 : 1));
  };
  const list = (number: string, type: string, alts: number, ploidy: number) => {
    const genotypes = ploidy === 1 ? alts + 1 : ((alts + 1) * (alts + 2)) / 2;
    const lengths: Record<string, number> = { A: alts, R: alts + 1, G: genotypes, '.': 1 + below(4) };
    return Array.from({ length: lengths[number] ?? Number(number) }, () => value(type)).join(',');
  };
  const genotype = (alts: number, ploidy: number) => {
    if (random() < 0.1) return '.';
    const separator = pick(['/', '|']);
    return Array.from({ length: ploidy }, () => (random() < 0.1 ? '.' : below(alts + 1))).join(separator);
  };
  const sample = (fields: typeof FIELDS, alts: number, recordPloidy: number) => {
    const ploidy = recordPloidy === 1 ? 1 : pick([1, 2, 2, 2, 2, 2, 2, 2, 2, 3]);
    const values = fields.map(({ number, type }) =>
      random() < 0.15 ? '.' : list(number, type, alts, ploidy === 1 && number === 'G' ? 1 : recordPloidy),
    );
    const kept = random() < 0.1 ? values.slice(0, below(values.length + 1)) : values;
    return [genotype(alts, ploidy), ...kept].join(':');
  };
  let text = header();
  for (let pos = 1; pos <= records; pos++) {
    const alts = new Set<string>();
    const wanted = 2 + below(4);
    while (alts.size < wanted) {
      alts.add(random() < 0.1 ? pick(SYMBOLS) : Array.from({ length: 2 + below(4) }, () => pick([...'ACGT'])).join(''));
    }
    const ploidy = random() < 0.15 ? 1 : 2;
    const info = FIELDS.filter(() => random() < 0.4).map(
      ({ id, number, type }) => `${id}=${list(number, type, wanted, 2)}`,
    );
    if (random() < 0.3) info.push('FLAG');
    const fields = FIELDS.filter(() => random() < 0.3);
    const samples = Array.from({ length: SAMPLES }, () => sample(fields, wanted, ploidy));
    const columns = [1, pos, '.', 'A', [...alts].join(','), pick(['.', below(100)]), 'PASS', info.join(';') || '.'];
    text += `${[...columns, ['GT', ...fields.map(({ id }) => id)].join(':'), ...samples].join('\t')}\n`;
  }
  return text;
}

function header(): string {
  const lines = ['##fileformat=VCFv4.2', '##contig=<ID=1>', '##FORMAT=<ID=GT,Number=1,Type=String,Description="">'];
  lines.push('##INFO=<ID=FLAG,Number=0,Type=Flag,Description="">');
  for (const { id, number, type } of FIELDS) {
    lines.push(`##INFO=<ID=${id},Number=${number},Type=${type},Description="">`);
    lines.push(`##FORMAT=<ID=${id},Number=${number},Type=${type},Description="">`);
  }
  const samples = Array.from({ length: SAMPLES }, (_, i) => `s${i}`).join('\t');
  return `${lines.join('\n')}\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t${samples}\n`;
}

/** Uniform in [0, 1) from a 32-bit seed. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
