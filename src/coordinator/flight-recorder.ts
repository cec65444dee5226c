import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { VcfAgentError } from '../core/errors.ts';
import type { DecisionEvent, FlightEvent, FlightRecorder } from './flight.ts';

export interface FlightRecorderOptions {
  readonly path: string;
  /** Events kept; the oldest go first. An envelope that arrives at once leaves three. */
  readonly maxEvents: number;
  /** The log book cannot be written (disk full, say): told once until it can be again. */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS flights (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, envelope TEXT NOT NULL, event TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS flights_envelope ON flights (envelope);
`;
/** Another process that writes its own events holds the lock for less than this. */
const BUSY_TIMEOUT_MS = 100;
/** Events that wait while the file cannot be written; older ones are dropped. */
const MAX_BUFFERED = 10_000;
/** The ring is cut in steps of this share. */
const TRIM_SHARE = 0.01;

/**
 * The log book: a ring of events in one SQLite file. Events of one turn of the event loop are written at its end in one
 * transaction, before any platform can have answered, so that a killed process leaves all that it had decided. The
 * write-ahead log is not fsynced for each: a machine that loses its power loses the last seconds, and never the file.
 */
export class SqliteFlightRecorder implements FlightRecorder, Disposable {
  readonly #options: FlightRecorderOptions;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #trim: StatementSync;
  #buffer: FlightEvent[] = [];
  #scheduled = false;
  #sinceTrim = 0;
  #dropped = 0;
  #isInTrouble = false;

  constructor(options: FlightRecorderOptions) {
    this.#options = options;
    try {
      mkdirSync(dirname(options.path), { recursive: true });
      this.#database = new DatabaseSync(options.path, { timeout: BUSY_TIMEOUT_MS });
      this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${SCHEMA}`);
      this.#insert = this.#database.prepare('INSERT INTO flights (kind, envelope, event) VALUES (?, ?, ?)');
      this.#trim = this.#database.prepare('DELETE FROM flights WHERE seq <= (SELECT max(seq) FROM flights) - ?');
    } catch (cause) {
      const text = `the flight recorder cannot use ${options.path}: ${(cause as Error).message}`;
      throw new VcfAgentError('OUTPUT_UNWRITABLE', text, { cause });
    }
  }

  /** Events that were never written because the file could not be. */
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
    if (this.#buffer.length === 0 || !this.#database.isOpen) return;
    try {
      this.#write(this.#buffer);
      this.#buffer = [];
      this.#isInTrouble = false;
    } catch (error) {
      const excess = this.#buffer.length - MAX_BUFFERED;
      if (excess > 0) this.#dropped += this.#buffer.splice(0, excess).length;
      if (!this.#isInTrouble) this.#options.onTrouble?.(error);
      this.#isInTrouble = true;
    }
  }

  /** Everything known of an envelope, in order. */
  explain(envelopeId: string): readonly FlightEvent[] {
    this.flush();
    const rows = this.#database.prepare('SELECT event FROM flights WHERE envelope = ? ORDER BY seq').all(envelopeId);
    return rows.map(({ event }) => JSON.parse(event as string) as FlightEvent);
  }

  /** First decisions about envelopes (no retries), oldest first: what a replay runs through another strategy. */
  *decisions(): Iterable<DecisionEvent> {
    this.flush();
    for (const { event } of this.#database
      .prepare("SELECT event FROM flights WHERE kind = 'decision' ORDER BY seq")
      .iterate()) {
      const decision = JSON.parse(event as string) as DecisionEvent;
      if (decision.round === 0) yield decision;
    }
  }

  [Symbol.dispose](): void {
    if (!this.#database.isOpen) return;
    this.flush();
    this.#database.close();
  }

  #write(events: readonly FlightEvent[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const event of events) {
        const text = JSON.stringify(event);
        for (const id of event.envelopes) this.#insert.run(event.kind, id, text);
        this.#sinceTrim += event.envelopes.length;
      }
      this.#trimWhenDue();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #trimWhenDue(): void {
    const { maxEvents } = this.#options;
    if (this.#sinceTrim < maxEvents * TRIM_SHARE) return;
    this.#trim.run(maxEvents);
    this.#sinceTrim = 0;
  }
}
