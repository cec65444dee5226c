/** How many records have one name: a chromosome, a filter, a consequence. */
export interface NamedCount {
  readonly name: string;
  readonly records: number;
}

/** Names beyond these are counted together: a file in which every record has its own must not fill the memory. */
const MAX_NAMES = 100_000;
const BEYOND = '(others)';

interface Tally {
  records: number;
}

/** Counts names that stand in the file as bytes; a string is made only for one that differs from the one before. */
export class NameCounts {
  readonly #tallies = new Map<string, Tally>();
  #lastName = Buffer.alloc(0);
  #last: Tally = { records: 0 };

  /** Counts the name `bytes[start .. end)`. */
  add(bytes: Buffer, start: number, end: number): void {
    if (!this.#isLast(bytes, start, end)) {
      this.#lastName = Buffer.from(bytes.subarray(start, end));
      this.#last = this.#tally(this.#lastName.toString('utf8'));
    }
    this.#last.records++;
  }

  addName(name: string, records = 1): void {
    this.#tally(name).records += records;
  }

  /** In the order in which they came first. */
  finish(): NamedCount[] {
    return Array.from(this.#tallies, ([name, { records }]) => ({ name, records }));
  }

  /** Most records first. */
  finishByCount(): NamedCount[] {
    return this.finish().sort((a, b) => b.records - a.records);
  }

  #isLast(bytes: Buffer, start: number, end: number): boolean {
    const last = this.#lastName;
    if (last.length !== end - start) return false;
    for (let at = 0; at < last.length; at++) if (last[at] !== bytes[start + at]) return false;
    // Before the first name none is the last one, not even an empty one.
    return this.#tallies.size > 0;
  }

  #tally(name: string): Tally {
    const key = this.#tallies.has(name) || this.#tallies.size < MAX_NAMES ? name : BEYOND;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      tally = { records: 0 };
      this.#tallies.set(key, tally);
    }
    return tally;
  }
}
