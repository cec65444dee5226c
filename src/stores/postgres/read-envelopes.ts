import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH } from '../../core/annotation.ts';
import { VcfAgentError } from '../../core/errors.ts';
import type { LedgerEntry, StoredEnvelope } from '../../core/ports.ts';
import type { RejectedRecord } from '../../core/problem.ts';
import {
  BOUNDS_STRIDE,
  END_ALT,
  END_CHROM,
  END_FILTER,
  END_ID,
  END_POS,
  END_QUAL,
  END_REF,
  LINE_START,
  pickRows,
  type VariantBlock,
} from '../../core/variant-block.ts';
import { decodeCarriers } from './encode-carriers.ts';
import { endPosition, qualityOf } from './encode-variants.ts';
import { readBlock } from './read-blocks.ts';
import { IDS_PER_FILE } from './schema.ts';

/** Signature, flags and extension length that precede the first row of a binary COPY. */
const HEADER_BYTES = 19;
/** Three numbers of four bytes, each with its length. */
const NUMBERS_BYTES = 24;

/** The row's number in its envelope, what is derived from its line, the line's columns as bytes, the rest as text. */
const ROWS = `
  select (id - %first)::integer, end_pos, coalesce(qual, 'nan'), chrom, pos::text, variant_id, ref, alt, filter, ${ANNOTATION_COLUMNS.map(
    ({ name, type }) => {
      if (type === 'text') return name;
      return type === 'text[]' ? `array_to_string(${name}, ',')` : `${name}::text`;
    },
  ).join(', ')}
  from variants where id >= %first and id < %end and batch = %batch order by id`;

/** Where the line's columns of ROWS end in a line; QUAL is not among them, so FILTER does not follow ALT. */
const LINE_FIELDS = [END_CHROM, END_POS, END_ID, END_REF, END_ALT, END_FILTER];

export const LEDGER = `
  select envelope_id as "envelopeId", first_ordinal as "firstOrdinal", last_ordinal as "lastOrdinal",
         first_variant as "firstVariant", variant_count as "variantCount", rejected_count as "rejectedCount",
         content_digest as "contentDigest"
  from ledger l where file_id = $1 order by first_ordinal, last_ordinal, envelope_id`;

/**
 * What the tables hold of a file, an envelope at a time; within one transaction, so that all of it is of one moment.
 * While the caller works on one envelope the next is fetched: two are in memory.
 */
export async function* readEnvelopes(client: pg.ClientBase, fileId: number): AsyncGenerator<StoredEnvelope> {
  const ledger = await client.query<LedgerEntry>(LEDGER, [fileId]);
  const fetch = (entry: LedgerEntry | undefined): Promise<StoredEnvelope> | undefined => {
    const fetched = entry && readEnvelope(client, fileId, entry);
    // The caller may have stopped before it is awaited.
    fetched?.catch(() => {});
    return fetched;
  };
  let next = fetch(ledger.rows[0]);
  for (let i = 1; next !== undefined; i++) {
    const envelope: StoredEnvelope = await next;
    next = fetch(ledger.rows[i]);
    yield envelope;
  }
}

/** One applied envelope as the tables hold it now. */
export async function readEnvelope(client: pg.ClientBase, fileId: number, entry: LedgerEntry): Promise<StoredEnvelope> {
  const rows = await readRows(client, fileId, entry);
  const carriers = await client.query(
    'select sample, carried from carriers where file_id = $1 and first_variant = $2 order by sample',
    [fileId, entry.firstVariant],
  );
  return {
    ...entry,
    ...rows,
    // An envelope without variants shares its first variant with the one after it.
    carriers: decodeCarriers(entry.variantCount === 0 ? [] : carriers.rows),
    rejected: await readRejected(client, fileId, entry),
  };
}

async function readRejected(client: pg.ClientBase, fileId: number, entry: LedgerEntry): Promise<RejectedRecord[]> {
  const { rows } = await client.query(
    `select ordinal, code, line, record from rejected where file_id = $1 and first_ordinal = $2 order by number`,
    [fileId, entry.firstOrdinal],
  );
  // The plain columns are what people see and search: they count as much as the record beside them.
  return rows.map(({ ordinal, code, line, record }) => ({
    ordinal,
    problem: { ...record.problem, code, line: Number(line) },
    text: record.text,
  }));
}

async function readRows(
  client: pg.ClientBase,
  fileId: number,
  { firstVariant, variantCount }: LedgerEntry,
): Promise<Pick<StoredEnvelope, 'block' | 'annotations'>> {
  const first = fileId * IDS_PER_FILE + firstVariant;
  // Only numbers of ours: COPY takes no parameters.
  const select = ROWS.replaceAll('%first', String(first))
    .replace('%end', String(first + variantCount))
    .replace('%batch', String(firstVariant));
  const chunks: Buffer[] = [];
  for await (const chunk of client.query(copyTo(`copy (${select}) to stdout (format binary)`))) chunks.push(chunk);
  return decodeRows(Buffer.concat(chunks), await readLines(client, fileId, { firstVariant, variantCount }));
}

/** Lines that cannot be unpacked any more are no lines: the envelope is short of them. */
async function readLines(
  client: pg.ClientBase,
  fileId: number,
  { firstVariant, variantCount }: Pick<LedgerEntry, 'firstVariant' | 'variantCount'>,
): Promise<VariantBlock> {
  // An envelope without variants shares its first variant with the one after it.
  if (variantCount === 0) return NO_LINES;
  try {
    return (await readBlock(client, fileId, firstVariant)) ?? NO_LINES;
  } catch (error) {
    if (error instanceof VcfAgentError && error.code === 'ENVELOPE_CORRUPT') return NO_LINES;
    throw error;
  }
}

const NO_LINES: VariantBlock = {
  bytes: Buffer.alloc(0),
  count: 0,
  bounds: new Uint32Array(0),
  ordinals: new Uint32Array(0),
  alleles: new Uint16Array(0),
};

/**
 * The lines whose rows say the same, and the typed columns of those rows, from the body of a binary COPY. A row that
 * contradicts its line in any column is not the row that was written: both are left out, and the envelope is short of them.
 */
function decodeRows(copy: Buffer, lines: VariantBlock): Pick<StoredEnvelope, 'block' | 'annotations'> {
  const annotations: (string | null)[] = [];
  const sound: number[] = [];
  for (let at = HEADER_BYTES; copy.readInt16BE(at) >= 0; ) {
    const row = at + 2;
    at = row + NUMBERS_BYTES;
    const number = copy.readInt32BE(row + 4);
    const isNext = number < lines.count && number > (sound.at(-1) ?? -1);
    let isSound = isNext && hasDerived(lines, number, copy.readInt32BE(row + 12), copy.readFloatBE(row + 20));
    for (let i = 0; i < LINE_FIELDS.length; i++) {
      const length = copy.readInt32BE(at);
      at += 4;
      isSound &&= isField(lines, number, i, copy, at, length);
      at += Math.max(length, 0);
    }
    const first = annotations.length;
    for (let column = 0; column < ANNOTATION_WIDTH; column++) {
      const length = copy.readInt32BE(at);
      at += 4;
      annotations.push(length < 0 ? null : copy.toString('utf8', at, at + length));
      at += Math.max(length, 0);
    }
    if (isSound) sound.push(number);
    else annotations.length = first;
  }
  return { block: sound.length === lines.count ? lines : pickRows(lines, sound), annotations };
}

function hasDerived(lines: VariantBlock, number: number, end: number, quality: number): boolean {
  const bytes = lines.bytes as Buffer;
  const base = number * BOUNDS_STRIDE;
  return end === endPosition(bytes, lines.bounds, base) && Object.is(quality, qualityOf(bytes, lines.bounds, base));
}

function isField(lines: VariantBlock, number: number, i: number, copy: Buffer, at: number, length: number): boolean {
  const { bytes, bounds } = lines;
  const base = number * BOUNDS_STRIDE;
  const end = LINE_FIELDS[i]!;
  const start =
    end === END_CHROM ? bounds[base + LINE_START]! : bounds[base + (end === END_FILTER ? END_QUAL : end - 1)]! + 1;
  const stop = bounds[base + end]!;
  return length === stop - start && copy.compare(bytes, start, stop, at, at + length) === 0;
}
