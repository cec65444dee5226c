import { randomUUID } from 'node:crypto';
import { fstatSync, mkdirSync } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VcfAgentError } from '../core/errors.ts';
import type { DecisionEvent, FlightEvent, FlightRecorder } from './flight.ts';
import { FlightRepeats } from './flight-repeats.ts';

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
/** Writes begin no sooner than this one after another: each costs as much as a dozen events do. */
const WRITE_EVERY_MS = 20;
/** Soon enough after a full disk has room. */
const TRY_EVERY_MS = 1000;
const SUFFIX = '.flights.jsonl';
const NEWLINE = 0x0a;

interface Segment {
  readonly handle: FileHandle;
  bytes: number;
}

/**
 * The log book: a ring of append-only files, an event a line. After a quiet moment an event is handed to the kernel at the
 * end of its turn of the event loop, under load with all others of 20 ms: that much of what it did is what a killed process
 * takes with it. Not fsynced: a machine that loses its power may lose the last seconds. Each process appends to its own file;
 * a torn last line is left out by readers.
 *
 * Files and no database, and few writes, because the log book shares disk and thread with sends that wait: an indexed table
 * or a write for each send doubled what the coordinator costs a send (bench/coordinator). The price is that looking for an
 * envelope reads the whole ring.
 */
export class FileFlightRecorder implements FlightRecorder, AsyncDisposable {
  readonly #options: FlightRecorderOptions;
  #segment: Segment | undefined;
  /** Tells the files of one recorder from those of others that begin in the same millisecond. */
  readonly #writer = randomUUID();
  readonly #repeats = new FlightRepeats();
  #segments = 0;
  #buffer: FlightEvent[] = [];
  #writing: Promise<void> | undefined;
  /** Ends the pause between two writes. */
  #hurry: () => void = () => {};
  /** Flushes under way: nothing pauses. */
  #flushes = 0;
  #isInTrouble = false;
  #dropped = 0;

  /** Throws OUTPUT_UNWRITABLE. */
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
    const kept = this.#repeats.kept(event);
    if (kept === undefined) return;
    this.#buffer.push(kept);
    this.#start();
  }

  /** Resolves when everything recorded so far is written, or cannot be. */
  async flush(): Promise<void> {
    this.#flushes += 1;
    this.#hurry();
    await this.#writing;
    // What could not be written before.
    if (this.#buffer.length > 0) await this.#start();
    this.#flushes -= 1;
  }

  /** Everything known of an envelope, by any process, in the order of time. */
  async explain(envelopeId: string): Promise<readonly FlightEvent[]> {
    const events = await this.#read(JSON.stringify(envelopeId));
    return events.filter(({ envelopes }) => envelopes.includes(envelopeId));
  }

  /** First decisions about envelopes (no retries), oldest first: what a replay runs through another strategy. */
  async decisions(): Promise<readonly DecisionEvent[]> {
    const events = await this.#read('"kind":"decision"');
    return events.filter((event) => event.kind === 'decision').filter(({ round }) => round === 0);
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#closeSegment();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #start(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#buffer.length > 0) {
      const written = await this.#write();
      if (this.#flushes === 0) await this.#pause(written ? WRITE_EVERY_MS : TRY_EVERY_MS);
      else if (!written) return;
    }
  }

  #pause(durationMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, durationMs);
    // What is buffered when the program ends without closing this is not worth staying for.
    timer.unref();
    this.#hurry = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  /** False when it could not: a log book that cannot be written stops nobody. */
  async #write(): Promise<boolean> {
    const events = this.#buffer;
    this.#buffer = [];
    try {
      await this.#append(`${events.map((event) => JSON.stringify(event)).join('\n')}\n`);
      this.#isInTrouble = false;
      return true;
    } catch (error) {
      await this.#trouble(error, events);
      return false;
    }
  }

  async #trouble(error: unknown, unwritten: readonly FlightEvent[]): Promise<void> {
    this.#buffer = [...unwritten, ...this.#buffer];
    const excess = this.#buffer.length - MAX_BUFFERED;
    if (excess > 0) this.#dropped += this.#buffer.splice(0, excess).length;
    if (!this.#isInTrouble) this.#options.onTrouble?.(error);
    this.#isInTrouble = true;
    // Half a line may stand at its end.
    await this.#segment?.handle.truncate(this.#segment.bytes).catch(() => this.#closeSegment());
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    const segment = await this.#openSegment();
    for (let written = 0; written < bytes.length; ) {
      written += (await segment.handle.write(bytes, written)).bytesWritten;
    }
    segment.bytes += bytes.length;
  }

  /** The file to append to: another when this one is full, or was the oldest when another process cut the ring. */
  async #openSegment(): Promise<Segment> {
    const { folder, maxBytes, now } = this.#options;
    const isOver = (segment: Segment) =>
      segment.bytes >= maxBytes / SEGMENTS || fstatSync(segment.handle.fd).nlink === 0;
    if (this.#segment !== undefined && isOver(this.#segment)) await this.#closeSegment();
    if (this.#segment === undefined) {
      const name = `${String(now()).padStart(15, '0')}-${this.#writer}-${this.#segments++}${SUFFIX}`;
      this.#segment = { handle: await open(join(folder, name), 'ax'), bytes: 0 };
      await this.#cut();
    }
    return this.#segment;
  }

  async #closeSegment(): Promise<void> {
    const segment = this.#segment;
    this.#segment = undefined;
    await segment?.handle.close().catch(() => undefined);
  }

  /** Removes the oldest files, so that the new one has room to grow. */
  async #cut(): Promise<void> {
    const { folder, maxBytes } = this.#options;
    const paths = (await this.#names()).map((name) => join(folder, name));
    const sizes = await Promise.all(
      paths.map((path) =>
        stat(path)
          .then(({ size }) => size)
          .catch(() => 0),
      ),
    );
    let total = sizes.reduce((sum, bytes) => sum + bytes, maxBytes / SEGMENTS);
    for (const [index, path] of paths.entries()) {
      if (total <= maxBytes) break;
      await rm(path, { force: true });
      total -= sizes[index]!;
    }
  }

  /** Oldest first. */
  async #names(): Promise<string[]> {
    const names = await readdir(this.#options.folder);
    return names.filter((name) => name.endsWith(SUFFIX)).sort();
  }

  /** Events whose line contains this text. */
  async #read(text: string): Promise<FlightEvent[]> {
    await this.flush();
    const wanted = Buffer.from(text);
    const events: FlightEvent[] = [];
    for (const name of await this.#names()) {
      // Another process may have cut it off the ring since.
      const bytes = await readFile(join(this.#options.folder, name)).catch(() => Buffer.alloc(0));
      for (const line of linesWith(bytes, wanted)) events.push(...parseEvent(line));
    }
    return events.sort((a, b) => a.atMs - b.atMs);
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
