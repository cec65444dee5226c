/** How many records have one name: a chromosome, a filter, a consequence. */
export interface NamedCount {
  readonly name: string;
  readonly records: number;
}

/** Names beyond these are counted together: a file in which every record has its own must not fill the memory. */
const MAX_NAMES = 100_000;
const BEYOND = Buffer.from('(others)');

interface Tally {
  readonly name: Buffer;
  records: number;
}

/** Counts names that stand in the file as bytes, without making strings of them. */
export class NameCounts {
  readonly #tallies: Tally[] = [];
  /** By hash; names of one hash in a list. */
  readonly #byHash = new Map<number, Tally[]>();

  /** Counts the name `bytes[start .. end)`. */
  add(bytes: Buffer, start: number, end: number): void {
    this.#tally(bytes, start, end).records++;
  }

  addName(name: string, records = 1): void {
    const bytes = Buffer.from(name);
    this.#tally(bytes, 0, bytes.length).records += records;
  }

  /** In the order in which they came first. */
  finish(): NamedCount[] {
    return this.#tallies.map(({ name, records }) => ({ name: name.toString('utf8'), records }));
  }

  /** Most records first. */
  finishByCount(): NamedCount[] {
    return this.finish().sort((a, b) => b.records - a.records);
  }

  #tally(bytes: Buffer, start: number, end: number): Tally {
    const hash = hashOf(bytes, start, end);
    const candidates = this.#byHash.get(hash);
    if (candidates !== undefined) {
      for (const tally of candidates) if (isName(tally.name, bytes, start, end)) return tally;
    }
    const isBeyond = this.#tallies.length >= MAX_NAMES;
    const name = isBeyond ? BEYOND : Buffer.from(bytes.subarray(start, end));
    const last = this.#tallies.at(-1);
    if (isBeyond && last?.name === BEYOND) return last;
    const tally = { name, records: 0 };
    this.#tallies.push(tally);
    if (isBeyond) return tally;
    if (candidates === undefined) this.#byHash.set(hash, [tally]);
    else candidates.push(tally);
    return tally;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}

function isName(name: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false;
  return true;
}
