import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { ANNOTATION_COLUMNS, ANNOTATION_WIDTH } from '../../core/annotation.ts';
import type { LedgerEntry, StoredEnvelope } from '../../core/ports.ts';
import type { RejectedRecord } from '../../core/problem.ts';
import {
  BOUNDS_STRIDE,
  END_CHROM,
  END_INFO,
  LINE_END,
  LINE_START,
  type VariantBlock,
} from '../../core/variant-block.ts';
import { decodeCarriers } from './encode-carriers.ts';
import { endPosition, qualityOf } from './encode-variants.ts';
import { IDS_PER_FILE } from './schema.ts';

const TAB = 0x09;
const LF = 0x0a;
/** Signature, flags and extension length that precede the first row of a binary COPY. */
const HEADER_BYTES = 19;

/** The line's columns as bytes and the rest as text, so that one reader fits all. */
const ROWS = `
  select ordinal, allele, end_pos, coalesce(qual, 'nan'), chrom, pos::text, variant_id, ref, alt, qual_raw, filter, info, format, samples, ${ANNOTATION_COLUMNS.map(
    ({ name, type }) => {
      if (type === 'text') return name;
      return type === 'text[]' ? `array_to_string(${name}, ',')` : `${name}::text`;
    },
  ).join(', ')}
  from variants where id >= %first and id < %end and batch = %batch order by id`;

const LINE_FIELDS = 10;

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

async function readEnvelope(client: pg.ClientBase, fileId: number, entry: LedgerEntry): Promise<StoredEnvelope> {
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
  const select = ROWS.replace('%first', String(first))
    .replace('%end', String(first + variantCount))
    .replace('%batch', String(firstVariant));
  const chunks: Buffer[] = [];
  for await (const chunk of client.query(copyTo(`copy (${select}) to stdout (format binary)`))) chunks.push(chunk);
  return decodeRows(Buffer.concat(chunks), variantCount);
}

/**
 * A block and its typed columns from the body of a binary COPY. Lines are put together again with tabs, one LF after each.
 * A row whose end position or numeric quality contradicts its line is not the row that was written: it is left out, and
 * the envelope is short of it.
 */
function decodeRows(copy: Buffer, expected: number): Pick<StoredEnvelope, 'block' | 'annotations'> {
  const bytes = Buffer.allocUnsafe(copy.length);
  const bounds = new Uint32Array(expected * BOUNDS_STRIDE);
  const ordinals = new Uint32Array(expected);
  const alleles = new Uint16Array(expected);
  const annotations: (string | null)[] = [];
  let count = 0;
  let to = 0;
  for (let at = HEADER_BYTES; copy.readInt16BE(at) >= 0; ) {
    const row = at + 2;
    const start = to;
    at = row + 32;
    const base = count * BOUNDS_STRIDE;
    bounds[base + LINE_START] = to;
    for (let field = 0; field < LINE_FIELDS; field++) {
      const length = copy.readInt32BE(at);
      at += 4;
      if (length >= 0) {
        if (field > 0) bytes[to++] = TAB;
        copy.copy(bytes, to, at, at + length);
        at += length;
        to += length;
      }
      if (field + END_CHROM <= END_INFO) bounds[base + field + END_CHROM] = to;
    }
    bounds[base + LINE_END] = to;
    bytes[to++] = LF;
    const first = annotations.length;
    for (let column = 0; column < ANNOTATION_WIDTH; column++) {
      const length = copy.readInt32BE(at);
      at += 4;
      annotations.push(length < 0 ? null : copy.toString('utf8', at, at + length));
      if (length > 0) at += length;
    }
    ordinals[count] = copy.readInt32BE(row + 4);
    alleles[count] = copy.readInt32BE(row + 12);
    const isWhole =
      copy.readInt32BE(row + 20) === endPosition(bytes, bounds, base) &&
      Object.is(copy.readFloatBE(row + 28), qualityOf(bytes, bounds, base));
    if (isWhole) {
      count++;
    } else {
      to = start;
      annotations.length = first;
    }
  }
  const block: VariantBlock = { bytes: bytes.subarray(0, to), count, bounds, ordinals, alleles };
  return { block, annotations };
}
