import { createVcfWriter } from '../../src/vcf/writer/vcf-writer.ts';

const HEADER = `##fileformat=VCFv4.2
##contig=<ID=chr1,length=248956422>
##contig=<ID=chr2,length=242193529>
##contig=<ID=chrX,length=156040895>
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count">
##INFO=<ID=ANN,Number=.,Type=String,Description="Functional annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | HGVS.p | cDNA.pos / cDNA.length | CDS.pos / CDS.length | AA.pos / AA.length | Distance | ERRORS / WARNINGS / INFO'">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Allele depths">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\tS3
`;

const CONTIGS = ['chr1', 'chr2', 'chrX'];
const GENOTYPES = ['0/0', '0/1', '1|1', './.', '0|1'];

/** A small linear congruential generator: the same seed gives the same file everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Writes a BGZF file with everything that an ingest must carry through a kill: several contigs, multi-allelic records,
 * annotations, genotypes, doubled records, and a few lines that cannot be read.
 */
export async function writeChaosInput(path: string, options: { records: number; seed: number }): Promise<void> {
  const random = seeded(options.seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const writer = createVcfWriter(path, { header: Buffer.from(HEADER), compression: 'bgzf' });
  for (let record = 0; record < options.records; record++) {
    const contig = CONTIGS[Math.floor((record * CONTIGS.length) / options.records)]!;
    const position = random() < 0.01 ? 'unknown' : String(1000 + record * 10);
    const [ref, alt, more] = pick(['ACG', 'CGT', 'GTA', 'TAC']);
    const alts = random() < 0.05 ? `${alt},${more}` : alt!;
    const count = alts.length > 1 ? '1,2' : '1';
    const annotation = `${alt}|missense_variant|MODERATE|GENE${record % 400}|G${record % 400}|transcript|T1|protein_coding|1/2|c.${record}A>G|p.Ala1Gly|1/2|1/2|1/2||`;
    const samples = [0, 1, 2].map(() => `${pick(GENOTYPES)}:${alts.length > 1 ? '9,8,7' : '9,8'}`);
    const fields = [
      contig,
      position,
      '.',
      ref,
      alts,
      '50',
      'PASS',
      `DP=${record % 99};AC=${count};ANN=${annotation}`,
      'GT:AD',
    ];
    await writer.writeLine([...fields, ...samples].join('\t'));
  }
  await writer.close();
}
