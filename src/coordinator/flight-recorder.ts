import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { VcfAgentError } from '../core/errors.ts';
import type { DecisionEvent, FlightEvent, FlightRecorder } from './flight.ts';

export interface FlightRecorderOptions {
  readonly folder: string;
  /** Bytes kept by all processes together; the oldest go first. An envelope that arrives at once takes about 900. */
  readonly maxBytes: number;
  /** Milliseconds since the epoch: names the files, so that the oldest is known. */
  readonly now: () => number;
  /** The log book cannot be written (disk full, say). Told once, until it can be again. */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

/** The ring is cut a segment at a time. */
const SEGMENTS = 16;
/** Events that wait while no file can be written; older ones are dropped. */
const MAX_BUFFERED = 10_000;
const SUFFIX = '.flights.jsonl';
const NEWLINE = 0x0a;

/**
 * The log book: a ring of append-only files, an event a line. Events of one turn of the event loop are written at its end,
 * before any platform can have answered, so that a killed process leaves all that it had decided. Not fsynced: a machine that
 * loses its power may lose the last seconds. Each process appends to its own file; a torn last line is left out by readers.
 *
 * Files and no database, because the log book shares its disk and its thread with sends that wait: an indexed table writes
 * several pages an event, a file one line. The price is that looking for an envelope reads the whole ring.
 */
export class FileFlightRecorder implements FlightRecorder, Disposable {
  readonly #options: FlightRecorderOptions;
  #file: { readonly descriptor: number; bytes: number } | undefined;
  /** Tells the files of one recorder from those of others that begin in the same millisecond. */
  readonly #writer = randomUUID();
  #segment = 0;
  #buffer: FlightEvent[] = [];
  #scheduled = false;
  #isInTrouble = false;
  #dropped = 0;

  constructor(options: FlightRecorderOptions) {
    this.#options = options;
    try {
      mkdirSync(options.folder, { recursive: true });
    } catch (cause) {
      throw new VcfAgentError('OUTPUT_UNWRITABLE', `the flight recorder cannot use ${options.folder}`, { cause });
    }
  }

  /** Events that were never written because no file could be. */
  get dropped(): number {
    return this.#dropped;
  }

  record(event: FlightEvent): void {
    this.#buffer.push(event);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Writes what is buffered. A log book that cannot be written stops nobody. */
  flush(): void {
    this.#scheduled = false;
    if (this.#buffer.length === 0) return;
    try {
      this.#append(`${this.#buffer.map((event) => JSON.stringify(event)).join('\n')}\n`);
      this.#buffer = [];
      this.#isInTrouble = false;
    } catch (error) {
      // Half a line may stand at its end: what comes next begins a file of its own.
      this.#closeFile();
      const excess = this.#buffer.length - MAX_BUFFERED;
      if (excess > 0) this.#dropped += this.#buffer.splice(0, excess).length;
      if (!this.#isInTrouble) this.#options.onTrouble?.(error);
      this.#isInTrouble = true;
    }
  }

  /** Everything known of an envelope, by any process, in the order of time. */
  explain(envelopeId: string): readonly FlightEvent[] {
    return this.#read(JSON.stringify(envelopeId)).filter(({ envelopes }) => envelopes.includes(envelopeId));
  }

  /** First decisions about envelopes (no retries), oldest first: what a replay runs through another strategy. */
  decisions(): readonly DecisionEvent[] {
    return this.#read('"kind":"decision"').filter(
      (event) => event.kind === 'decision' && event.round === 0,
    ) as DecisionEvent[];
  }

  [Symbol.dispose](): void {
    this.flush();
    this.#closeFile();
  }

  #append(text: string): void {
    const bytes = Buffer.from(text);
    const file = this.#openFile();
    let written = 0;
    while (written < bytes.length) written += writeSync(file.descriptor, bytes, written);
    file.bytes += bytes.length;
  }

  /** The file to append to: another when this one is full, or was the oldest when another process cut the ring. */
  #openFile(): { readonly descriptor: number; bytes: number } {
    const { folder, maxBytes, now } = this.#options;
    const isFull = this.#file !== undefined && this.#file.bytes >= maxBytes / SEGMENTS;
    if (isFull || (this.#file !== undefined && fstatSync(this.#file.descriptor).nlink === 0)) this.#closeFile();
    if (this.#file === undefined) {
      const name = `${String(now()).padStart(15, '0')}-${this.#writer}-${this.#segment++}${SUFFIX}`;
      this.#file = { descriptor: openSync(join(folder, name), 'ax'), bytes: 0 };
      this.#cut();
    }
    return this.#file;
  }

  #closeFile(): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    this.#file = undefined;
  }

  /** Removes the oldest files, so that this one has room to grow. */
  #cut(): void {
    const { folder, maxBytes } = this.#options;
    const sizes = this.#names().map((name) => ({
      name,
      bytes: statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
    }));
    let total = sizes.reduce((sum, { bytes }) => sum + bytes, maxBytes / SEGMENTS);
    for (const { name, bytes } of sizes) {
      if (total <= maxBytes) break;
      rmSync(join(folder, name), { force: true });
      total -= bytes;
    }
  }

  /** Oldest first. */
  #names(): string[] {
    return readdirSync(this.#options.folder)
      .filter((name) => name.endsWith(SUFFIX))
      .sort();
  }

  /** Events whose line contains this text. */
  #read(text: string): FlightEvent[] {
    this.flush();
    const wanted = Buffer.from(text);
    const events = this.#names().flatMap((name) => [...linesWith(this.#bytesOf(name), wanted)].flatMap(parseEvent));
    return events.sort((a, b) => a.atMs - b.atMs);
  }

  /** Nothing of a file that was cut off the ring since its name was read. */
  #bytesOf(name: string): Buffer {
    try {
      return readFileSync(join(this.#options.folder, name));
    } catch {
      return Buffer.alloc(0);
    }
  }
}

/** Whole lines that contain `wanted`. */
function* linesWith(bytes: Buffer, wanted: Buffer): Iterable<string> {
  for (let from = 0; ; ) {
    const hit = bytes.indexOf(wanted, from);
    if (hit === -1) return;
    const start = bytes.lastIndexOf(NEWLINE, hit) + 1;
    const end = bytes.indexOf(NEWLINE, hit);
    if (end === -1) return;
    yield bytes.toString('utf8', start, end);
    from = end + 1;
  }
}

function parseEvent(line: string): FlightEvent[] {
  try {
    return [JSON.parse(line) as FlightEvent];
  } catch {
    return [];
  }
}
