import type { AnnotatedRow } from '../../vcf/info/annotated-row.ts';
import type { TranscriptReader } from '../../vcf/info/transcripts.ts';
import { factsOfConsequence } from './effect.ts';
import type { OtherTranscript, Place, TranscriptEvidence, TranscriptRank } from './evidence.ts';
import type { DetailColumns } from './evidence-plan.ts';
import { isNull } from './loss-of-function.ts';

/** Databases of protein domains that tell of a function, as VEP's DOMAINS names them. */
const FUNCTIONAL_DOMAIN = /^(pfam|smart|prosite|cdd|sfld|ncbifam|tigrfam)/i;
/** How VEP's DOMAINS names stretches of low complexity. */
const LOW_COMPLEXITY = /^(low_complexity|seg:)/i;

/** Text of columns of one entry. */
class Entry {
  readonly reader: TranscriptReader;
  readonly bytes: Buffer;
  readonly entry: number;

  constructor(reader: TranscriptReader, bytes: Buffer, entry: number) {
    this.reader = reader;
    this.bytes = bytes;
    this.entry = entry;
  }

  text(column: number): string | undefined {
    const { reader, entry } = this;
    if (!reader.has(entry, column)) return undefined;
    return this.bytes.toString('utf8', reader.start(entry, column), reader.end(entry, column));
  }
}

/** The transcript that was chosen for a row, with all that its annotation says of it; undefined for a row without one. */
export function readTranscript(
  row: AnnotatedRow,
  bytes: Buffer,
  columns: DetailColumns,
): TranscriptEvidence | undefined {
  const { reader } = row;
  const consequence = row.text('consequence');
  if (reader === undefined || consequence === undefined) return undefined;
  const entry = new Entry(reader, bytes, row.entry);
  const facts = factsOfConsequence(consequence);
  const proteinCoding = facts.nonCoding ? false : isCoding(entry.text(columns.biotype));
  const isIntronic = facts.effect === 'intron' || facts.effect === 'spliceSite';
  const rank = placeOf(entry.text(columns.rank));
  const protein = proteinOf(entry.text(columns.proteinPosition));
  const gene = row.text('gene');
  const transcript: TranscriptEvidence = {
    gene,
    name: row.text('transcript'),
    rank: rankOf(entry, columns),
    hgvsC: row.text('hgvs_c'),
    hgvsP: row.text('hgvs_p'),
    consequence,
    effect: facts.effect,
    nearSplice: facts.nearSplice,
    proteinCoding,
    inEveryTranscript: false,
    exon: placeOf(entry.text(columns.exon)) ?? (isIntronic ? undefined : rank),
    intron: placeOf(entry.text(columns.intron)) ?? (isIntronic ? rank : undefined),
    proteinPosition: protein?.number,
    proteinLength: protein?.of,
    codons: entry.text(columns.codons),
    strand: strandOf(entry.text(columns.strand)),
    loftee: lofteeOf(entry.text(columns.loftee)),
    lofteeFilter: entry.text(columns.lofteeFilter),
    escapesFiftyBases: fiftyBasesOf(entry.text(columns.lofteeInfo)),
    escapesNmd: entry.text(columns.nmd)?.includes('escaping') ?? false,
    domains: domainsOf(entry.text(columns.domains)).filter((name) => FUNCTIONAL_DOMAIN.test(name)),
    others: othersOf(entry),
  };
  return isNull(transcript) ? { ...transcript, inEveryTranscript: isInEvery(entry, columns, transcript) } : transcript;
}

/** The name that DOMAINS gives a stretch of low complexity at the chosen transcript's place, if it does. */
export function lowComplexityOf(
  { reader, entry }: AnnotatedRow,
  bytes: Buffer,
  columns: DetailColumns,
): string | undefined {
  if (reader === undefined) return undefined;
  return domainsOf(new Entry(reader, bytes, entry).text(columns.domains)).find((name) => LOW_COMPLEXITY.test(name));
}

function isCoding(biotype: string | undefined): boolean | undefined {
  return biotype === undefined ? undefined : biotype.toLowerCase() === 'protein_coding' || biotype === 'Coding';
}

function domainsOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split('&');
}

/** `3/12`; of a range (`3-4/12`) its end. */
function placeOf(text: string | undefined): Place | undefined {
  const [, number, of] = /^(?:\d+-)?(\d+)\/(\d+)$/.exec(text ?? '') ?? [];
  return number === undefined ? undefined : { number: Number(number), of: Number(of) };
}

/** `123`, `123-125`, `?-125`, `123/456`: the first position that is known, and the length if it is told. */
function proteinOf(text: string | undefined): { readonly number: number; readonly of: number | undefined } | undefined {
  const [, number, of] = /^(?:\?-)?(\d+)(?:-[\d?]+)?(?:\/(\d+))?$/.exec(text ?? '') ?? [];
  return number === undefined ? undefined : { number: Number(number), of: of === undefined ? undefined : Number(of) };
}

function strandOf(text: string | undefined): 1 | -1 | undefined {
  if (text === '1' || text === '+' || text === '+1') return 1;
  return text === '-1' || text === '-' ? -1 : undefined;
}

function lofteeOf(text: string | undefined): 'HC' | 'LC' | undefined {
  return text === 'HC' || text === 'LC' ? text : undefined;
}

function fiftyBasesOf(info: string | undefined): boolean | undefined {
  const [, verdict] = /50_BP_RULE:(PASS|FAIL)/.exec(info ?? '') ?? [];
  return verdict === undefined ? undefined : verdict === 'FAIL';
}

function rankOf({ reader, entry }: Entry, { manePlus }: DetailColumns): TranscriptRank {
  const { mane, canonical } = reader.layout.columns;
  if (reader.has(entry, mane)) return 'MANE Select';
  if (reader.has(entry, manePlus)) return 'MANE Plus Clinical';
  if (reader.has(entry, canonical)) return 'canonical';
  return mane >= 0 || canonical >= 0 ? 'other' : 'unknown';
}

/** Every protein-coding transcript of the gene is null too; for a lost start: loses its start too. */
function isInEvery(chosen: Entry, { biotype }: DetailColumns, { effect }: TranscriptEvidence): boolean {
  const { reader, bytes } = chosen;
  const { consequence, symbol, geneId } = reader.layout.columns;
  const geneColumn = reader.has(chosen.entry, symbol) ? symbol : geneId;
  const gene = chosen.text(geneColumn);
  return reader.likeChosen(chosen.entry).every((number) => {
    const entry = new Entry(reader, bytes, number);
    if (entry.text(geneColumn) !== gene || isCoding(entry.text(biotype)) === false) return true;
    const facts = factsOfConsequence(entry.text(consequence) ?? '');
    if (facts.nonCoding) return true;
    return effect === 'startLost' ? facts.effect === 'startLost' : isNull(facts);
  });
}

/** MANE, canonical and the worst affected transcript where they say otherwise than the chosen one. */
function othersOf(chosen: Entry): readonly OtherTranscript[] {
  const { reader, entry } = chosen;
  if (reader.count === 1) return NO_OTHERS;
  const { columns } = reader.layout;
  let worst = -1;
  let worstSeverity = reader.severityOf(entry);
  let canonical = -1;
  for (const other of reader.likeChosen(entry)) {
    if (reader.same(other, entry, columns.consequence)) continue;
    const severity = reader.severityOf(other);
    if (severity < worstSeverity) {
      worst = other;
      worstSeverity = severity;
    }
    if (canonical < 0 && reader.has(other, columns.canonical)) canonical = other;
  }
  if (worst < 0 && canonical < 0) return NO_OTHERS;
  const describe = (role: OtherTranscript['role'], number: number): OtherTranscript => {
    const other = new Entry(reader, chosen.bytes, number);
    const gene = other.text(columns.symbol) ?? other.text(columns.geneId);
    return {
      role,
      transcript: other.text(columns.transcript) ?? '',
      gene,
      consequence: other.text(columns.consequence) ?? '',
    };
  };
  return [
    ...(canonical < 0 ? [] : [describe('canonical', canonical)]),
    ...(worst < 0 ? [] : [describe('worst', worst)]),
  ];
}

const NO_OTHERS: readonly OtherTranscript[] = [];
