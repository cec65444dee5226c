import { bareChromosome } from '../../core/chromosome.ts';
import type { Header } from '../../vcf/header/model.ts';

export type Assembly = 'GRCh37' | 'GRCh38';

/** Lengths of chromosomes 1 to 22 and X: https://www.ncbi.nlm.nih.gov/grc/human/data (GRCh37, GRCh38). */
const LENGTHS: Readonly<Record<Assembly, readonly number[]>> = {
  GRCh37: [
    249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022, 141213431, 135534747,
    135006516, 133851895, 115169878, 107349540, 102531392, 90354753, 81195210, 78077248, 59128983, 63025520, 48129895,
    51304566, 155270560,
  ],
  GRCh38: [
    248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636, 138394717, 133797422,
    135086622, 133275309, 114364328, 107043718, 101991189, 90338345, 83257441, 80373285, 58617616, 64444167, 46709983,
    50818468, 156040895,
  ],
};
const X = 23;

const NAMES: Readonly<Record<Assembly, RegExp>> = {
  GRCh37: /grch37|hg19|hs37d5|b37\b|human_g1k_v37/i,
  GRCh38: /grch38|hg38|hs38/i,
};

/** The human assembly a file is of: by the lengths of its contigs, else by the name of its reference; undefined when neither tells. */
export function assemblyOf({ contigs, lines }: Pick<Header, 'contigs' | 'lines'>): Assembly | undefined {
  for (const { id, length } of contigs.values()) {
    const name = bareChromosome(id);
    const number = name === 'X' ? X : Number(name);
    const found = (['GRCh37', 'GRCh38'] as const).find(
      (assembly) => length !== undefined && LENGTHS[assembly][number - 1] === length,
    );
    if (found !== undefined) return found;
  }
  const reference = lines.find(({ key }) => key === 'reference')?.value ?? '';
  return assemblyNamed(reference) ?? assemblyNamed(lines.find(({ key }) => key === 'VEP')?.value ?? '');
}

/** The assembly that a text names, if it names one of the two. */
export function assemblyNamed(text: string): Assembly | undefined {
  const named = (['GRCh37', 'GRCh38'] as const).filter((assembly) => NAMES[assembly].test(text));
  return named.length === 1 ? named[0] : undefined;
}
