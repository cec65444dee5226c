import { ByteFinder } from './byte-finder.ts';
import type { AnnotationPlan } from './plan.ts';

const EQUALS = 0x3d;
const SEMICOLON = 0x3b;
const DOT = 0x2e;

/** Finds the wanted keys in the INFO of one row at a time; the first occurrence of a key counts. */
export class InfoScanner {
  private readonly keys: AnnotationPlan['keys'];
  private readonly bytes: Buffer;
  /** Start and end of the value of each slot in the present row; start -1: absent. */
  private readonly slots: Int32Array;
  private readonly semicolons: ByteFinder;

  constructor(plan: AnnotationPlan, bytes: Buffer) {
    this.keys = plan.keys;
    this.bytes = bytes;
    this.slots = new Int32Array(plan.slotCount * 2);
    this.semicolons = new ByteFinder(bytes, SEMICOLON);
    for (const { reader } of plan.transcripts) reader.turnTo(bytes);
  }

  /** One pass over `bytes[start..end)`: bounds of the wanted values into the slots, entries of transcript annotations into their readers. */
  scan(start: number, end: number): void {
    const { bytes, slots, keys } = this;
    slots.fill(-1);
    let at = start;
    while (at < end) {
      const candidates = keys[bytes[at]!];
      if (candidates !== undefined) {
        for (const { name, slot, reader, flag } of candidates) {
          const valueStart = at + name.length + 1;
          if (valueStart > end || bytes[valueStart - 1] !== EQUALS) {
            if (flag) this.scanFlag(name, slot, at, end);
            continue;
          }
          let same = true;
          for (let i = 1; same && i < name.length; i++) same = name[i] === bytes[at + i];
          if (!same) continue;
          at = valueStart;
          if (reader !== undefined) {
            if (reader.count === 0) at = reader.read(at, end);
          } else if (slots[slot * 2] === -1) {
            at = this.valueEnd(at, end);
            slots[slot * 2] = valueStart;
            slots[slot * 2 + 1] = at;
          }
          break;
        }
      }
      at = this.valueEnd(at, end) + 1;
    }
  }

  /** A key without a value: its own bytes stand for one. */
  private scanFlag(name: Uint8Array, slot: number, at: number, end: number): void {
    const { bytes, slots } = this;
    const keyEnd = at + name.length;
    if (keyEnd > end || (keyEnd < end && bytes[keyEnd] !== SEMICOLON) || slots[slot * 2] !== -1) return;
    for (let i = 0; i < name.length; i++) if (name[i] !== bytes[at + i]) return;
    slots[slot * 2] = at;
    slots[slot * 2 + 1] = keyEnd;
  }

  /** The `;` from `at` on, or `end`. Most values are short, where a loop beats a native call. */
  private valueEnd(at: number, end: number): number {
    const { bytes } = this;
    const near = Math.min(at + 32, end);
    for (let i = at; i < near; i++) if (bytes[i] === SEMICOLON) return i;
    return near === end ? end : Math.min(this.semicolons.next(near), end);
  }

  /** Where the slot's value starts, -1 if the row lacks the key. */
  start(slot: number): number {
    return this.slots[slot * 2]!;
  }

  end(slot: number): number {
    return this.slots[slot * 2 + 1]!;
  }

  /** The row has the key, with a value other than nothing and `.`. A slot of -1 is a key that the header lacks. */
  has(slot: number): boolean {
    if (slot < 0) return false;
    const start = this.slots[slot * 2]!;
    if (start < 0) return false;
    const length = this.slots[slot * 2 + 1]! - start;
    return length > 1 || (length === 1 && this.bytes[start] !== DOT);
  }
}
