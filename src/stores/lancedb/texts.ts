import { createHash } from 'node:crypto';
import type { Connection, Table } from '@lancedb/lancedb';
import type { Cancellable } from '../../core/ports.ts';
import { calling } from './errors.ts';
import { indexTexts } from './indexes.ts';
import { TEXTS_TABLE, textsSchema } from './schema.ts';
import { all, isAnyOf, literal } from './sql.ts';
import { openTable } from './table.ts';

/** What makes vectors of texts. */
export interface Embedder {
  /** Of the model: vectors of two models cannot be compared. */
  readonly model: string;
  readonly dimensions: number;
  embed(texts: readonly string[], options?: Cancellable): Promise<readonly Float32Array[]>;
}

export interface EmbedOptions extends Cancellable {
  /** Ends with the texts at hand when it is over; left out: when all are done. */
  readonly budgetMs?: number | undefined;
  /** False for a text that must not be given to the embedder. */
  readonly mayEmbed?: ((topic: string) => boolean) | undefined;
  readonly onProgress?: ((embedded: number, of: number) => void) | undefined;
}

export interface TextCounts {
  /** Distinct texts that were embedded now. */
  readonly embedded: number;
  /** Distinct texts that are not embedded yet. */
  readonly missing: number;
}

/** Texts given to the embedder at once. */
const CHUNK = 16;
/** Marks how far the table goes: a row that belongs to no file. */
const MARK = -1;

interface TextRow extends Record<string, unknown> {
  readonly tenant: string;
  readonly file_id: number;
  readonly topic: string;
  readonly batch: bigint;
  readonly vector: Float32Array;
}

/**
 * Text embeddings of what variants mean, by one model: a row for each file and distinct topic, so that it goes with its file.
 * Made apart from the variants, which need not wait for it.
 */
export class TextVectors {
  readonly #table: Table;
  readonly #variants: Table;
  readonly #tenant: string;
  readonly #embedder: Embedder;

  private constructor(table: Table, variants: Table, tenant: string, embedder: Embedder) {
    this.#table = table;
    this.#variants = variants;
    this.#tenant = tenant;
    this.#embedder = embedder;
  }

  static async open(db: Connection, variants: Table, tenant: string, embedder: Embedder): Promise<TextVectors> {
    const name = createHash('sha256').update(`${embedder.model} ${embedder.dimensions}`).digest('hex').slice(0, 12);
    const table = await openTable(db, `${TEXTS_TABLE}${name}`, textsSchema(embedder.dimensions));
    return new TextVectors(table, variants, tenant, embedder);
  }

  /** True when there is nothing that is not embedded. */
  async isComplete(): Promise<boolean> {
    return await calling(async () => (await this.#variants.countRows(await this.#unseen())) === 0);
  }

  /** Embeds what is not embedded yet. Whoever calls holds the projection's lock. */
  async embedMissing(options: EmbedOptions = {}): Promise<TextCounts> {
    const { budgetMs = Number.POSITIVE_INFINITY, signal, onProgress, mayEmbed = () => true } = options;
    const begunMs = performance.now();
    return await calling(async () => {
      const { missing, upTo } = await this.#missing();
      const known = await this.#copyKnown(missing);
      const left = [...missing.keys()].filter((topic) => !known.has(topic) && mayEmbed(topic)).sort(mostTellingFirst);
      const withheld = missing.size - known.size - left.length;
      let done = 0;
      while (done < left.length && performance.now() - begunMs < budgetMs) {
        signal?.throwIfAborted();
        const topics = left.slice(done, done + CHUNK);
        const vectors = await this.#embedder.embed(topics, { signal });
        await this.#add(topics.flatMap((topic, i) => this.#rowsOf(topic, missing.get(topic)!, vectors[i]!)));
        done += topics.length;
        onProgress?.(done, left.length);
      }
      if (done === left.length && withheld === 0) await this.#mark(upTo);
      if (done > 0) {
        await this.#table.optimize();
        await indexTexts(this.#table);
      }
      return { embedded: done, missing: left.length - done + withheld };
    });
  }

  /** The topics nearest to a text's vector, the nearest first. */
  async nearest(
    vector: Float32Array,
    limit: number,
  ): Promise<readonly { readonly topic: string; readonly similarity: number }[]> {
    return await calling(async () => {
      const query = this.#table.query().nearestTo(vector).column('vector').distanceType('cosine');
      const where = all(`tenant = ${literal(this.#tenant)}`, `file_id > ${MARK}`);
      const rows = await query.where(where).select(['topic', '_distance']).limit(limit).toArray();
      const nearest = new Map<string, number>();
      for (const { topic, _distance } of rows) if (!nearest.has(topic)) nearest.set(topic, 1 - Number(_distance));
      return [...nearest].map(([topic, similarity]) => ({ topic, similarity }));
    });
  }

  /** Variants with a topic that were written after the last time that nothing was missing. */
  async #unseen(): Promise<string> {
    const where = all(`tenant = ${literal(this.#tenant)}`, `file_id = ${MARK}`);
    const marks = await this.#table.query().where(where).select(['batch']).toArray();
    const seen = marks.reduce((most: bigint, { batch }) => (BigInt(batch) > most ? BigInt(batch) : most), 0n);
    return all(`tenant = ${literal(this.#tenant)}`, `batch > ${seen}`, 'variant_topic is not null');
  }

  /** Topics with the files that lack them. */
  async #missing(): Promise<{ readonly missing: ReadonlyMap<string, readonly number[]>; readonly upTo: bigint }> {
    const had = new Set<string>();
    const own = this.#table.query().where(all(`tenant = ${literal(this.#tenant)}`, `file_id > ${MARK}`));
    for await (const rows of own.select(['file_id', 'topic'])) {
      const [files, topics] = [rows.getChild('file_id')!, rows.getChild('topic')!];
      for (let i = 0; i < rows.numRows; i++) had.add(`${files.get(i)} ${topics.get(i)}`);
    }
    const missing = new Map<string, number[]>();
    let upTo = 0n;
    const unseen = this.#variants.query().where(await this.#unseen());
    for await (const rows of unseen.select(['file_id', 'batch', 'variant_topic'])) {
      const [files, batches, topics] = [
        rows.getChild('file_id')!,
        rows.getChild('batch')!,
        rows.getChild('variant_topic')!,
      ];
      for (let i = 0; i < rows.numRows; i++) {
        const [file, topic, batch] = [Number(files.get(i)), String(topics.get(i)), BigInt(batches.get(i))];
        if (batch > upTo) upTo = batch;
        if (had.has(`${file} ${topic}`)) continue;
        had.add(`${file} ${topic}`);
        const lacking = missing.get(topic);
        if (lacking === undefined) missing.set(topic, [file]);
        else lacking.push(file);
      }
    }
    return { missing, upTo };
  }

  /** What another file of the tenant has the vector of already. */
  async #copyKnown(missing: ReadonlyMap<string, readonly number[]>): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    if ((await this.#table.countRows()) === 0) return known;
    const topics = [...missing.keys()];
    for (let at = 0; at < topics.length; at += 1000) {
      const where = all(`tenant = ${literal(this.#tenant)}`, isAnyOf('topic', topics.slice(at, at + 1000)));
      const rows: TextRow[] = [];
      for (const { topic, vector } of await this.#table.query().where(where).select(['topic', 'vector']).toArray()) {
        if (known.has(topic)) continue;
        known.add(topic);
        rows.push(...this.#rowsOf(topic, missing.get(topic) ?? [], Float32Array.from(vector as Iterable<number>)));
      }
      await this.#add(rows);
    }
    return known;
  }

  #rowsOf(topic: string, files: readonly number[], vector: Float32Array): TextRow[] {
    return files.map((fileId) => ({ tenant: this.#tenant, file_id: fileId, topic, batch: 0n, vector }));
  }

  async #add(rows: readonly TextRow[]): Promise<void> {
    if (rows.length > 0) await this.#table.add([...rows]);
  }

  async #mark(upTo: bigint): Promise<void> {
    if (upTo === 0n) return;
    await this.#table.delete(all(`tenant = ${literal(this.#tenant)}`, `file_id = ${MARK}`));
    const vector = new Float32Array(this.#embedder.dimensions);
    await this.#add([{ tenant: this.#tenant, file_id: MARK, topic: '', batch: upTo, vector }]);
  }
}

/** What somebody reported as a cause of disease is asked for most. */
function mostTellingFirst(a: string, b: string): number {
  return Number(b.includes('pathogenic')) - Number(a.includes('pathogenic')) || (a < b ? -1 : 1);
}
