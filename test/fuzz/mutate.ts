import { gzipSync } from 'node:zlib';
import { BGZF_EOF, bgzfBlock } from '../../src/vcf/writer/bgzf.ts';
import type { Random } from './random.ts';
import type { Seed } from './seeds.ts';

const BLOCK_BYTES = 4000;
const MAX_CHANGES = 5;
const STRUCTURE = Buffer.from('\t\n\r\0\x1f\x07,;:=/|.<>[]"\'\\%*#-+ \xff\xc3', 'latin1');
const NUMBERS = [
  '-1',
  '0',
  '2147483647',
  '2147483648',
  '-2147483648',
  '99999999999999999999',
  '1e400',
  'nan',
  '1e-320',
  '.',
];
const LONG_RUN_BYTES = 200_000;

type Change = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

function splice(bytes: Buffer, from: number, to: number, inserted: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), inserted, bytes.subarray(to)]);
}

function range(bytes: Buffer, random: Random, maxLength: number): [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.below(maxLength))];
}

function lineAt(bytes: Buffer, at: number): [from: number, to: number] {
  const newline = bytes.indexOf('\n', at);
  return [bytes.lastIndexOf('\n', Math.max(0, at - 1)) + 1, newline === -1 ? bytes.length : newline + 1];
}

function changeByte(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  if (at < changed.length) changed[at] = value;
  return changed;
}

/** Changes that make sense of any bytes, compressed ones too. */
const BYTE_CHANGES: readonly Change[] = [
  (bytes, random) => {
    const at = random.below(bytes.length);
    return changeByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
  },
  (bytes, random) => changeByte(bytes, random.below(bytes.length), random.below(256)),
  (bytes, random) => splice(bytes, ...range(bytes, random, 40), Buffer.alloc(0)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => {
    const [from, to] = range(bytes, random, 2000);
    return splice(bytes, to, to, bytes.subarray(from, to));
  },
  (bytes, random, other) => {
    const [from, to] = range(other, random, 4000);
    const at = random.below(bytes.length);
    return splice(bytes, at, at + random.below(4000), other.subarray(from, to));
  },
];

/** Changes that know lines, separators and numbers. */
const TEXT_CHANGES: readonly Change[] = [
  (bytes, random) => changeByte(bytes, random.below(bytes.length), random.pick([...STRUCTURE])),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return splice(bytes, at, at, Buffer.from([random.pick([...STRUCTURE])]));
  },
  (bytes, random) => {
    const [from, to] = lineAt(bytes, random.below(bytes.length));
    return splice(bytes, to, to, bytes.subarray(from, to));
  },
  (bytes, random) => splice(bytes, ...lineAt(bytes, random.below(bytes.length)), Buffer.alloc(0)),
  (bytes, random, other) => {
    const at = lineAt(bytes, random.below(bytes.length))[0];
    return splice(bytes, at, at, other.subarray(...lineAt(other, random.below(other.length))));
  },
  (bytes, random) => {
    const [from, to] = lineAt(bytes, random.below(bytes.length));
    const at = from + random.below(to - from);
    const byte = random.below(4) === 0 ? random.pick([...STRUCTURE]) : 65;
    return splice(bytes, at, at, Buffer.alloc(random.below(LONG_RUN_BYTES), byte));
  },
  (bytes, random) => {
    const separator = random.pick([9, 44, 58, 59, 61, 124]);
    const from = bytes.indexOf(separator, random.below(bytes.length));
    if (from === -1) return bytes;
    const next = bytes.subarray(from + 1).findIndex((byte) => [9, 10, 44, 58, 59, 61, 124].includes(byte));
    return splice(bytes, from + 1, from + 1 + Math.max(0, next), Buffer.from(random.pick(NUMBERS)));
  },
  (bytes, random) => {
    const separator = Buffer.from([random.pick([9, 44, 58, 59, 47, 124])]);
    const from = bytes.indexOf(separator, random.below(bytes.length));
    return from === -1 ? bytes : splice(bytes, from, from + 1, Buffer.alloc(0));
  },
];

export interface Mutant {
  /** How it was made, for people. */
  readonly recipe: string;
  readonly bytes: Buffer;
}

/** Every file alike, however many pieces it has: there is only one BCF file. */
function pickSeed(seeds: readonly Seed[], random: Random): Seed {
  const name = random.pick([...new Set(seeds.map((seed) => seed.name))]);
  return random.pick(seeds.filter((seed) => seed.name === name));
}

/** A damaged version of one of the seeds: changed before compression, after it, or both. */
export async function makeMutant(seeds: readonly Seed[], random: Random): Promise<Mutant> {
  const seed = pickSeed(seeds, random);
  const other = pickSeed(seeds, random);
  const changes = seed.kind === 'vcf' ? [...BYTE_CHANGES, ...TEXT_CHANGES, ...TEXT_CHANGES] : BYTE_CHANGES;
  const container = random.pick(['plain', 'gzip', 'bgzf'] as const);
  const inside = container === 'plain' || random.below(3) > 0 ? 1 + random.below(MAX_CHANGES) : 0;
  const outside = container !== 'plain' && (inside === 0 || random.below(4) === 0) ? 1 + random.below(2) : 0;
  const text = applyChanges(seed.bytes, changes, inside, random, other.bytes);
  const packed = await pack(text, container);
  const bytes = applyChanges(packed, BYTE_CHANGES, outside, random, await pack(other.bytes, container));
  return { recipe: `${seed.name}: ${inside} changes, ${container}, ${outside} changes`, bytes };
}

function applyChanges(bytes: Buffer, changes: readonly Change[], count: number, random: Random, other: Buffer): Buffer {
  let changed = bytes;
  for (let index = 0; index < count; index++) changed = random.pick(changes)(changed, random, other);
  return changed;
}

async function pack(text: Buffer, container: 'plain' | 'gzip' | 'bgzf'): Promise<Buffer> {
  if (container === 'plain') return text;
  if (container === 'gzip') return gzipSync(text, { level: 1 });
  const blocks: Buffer[] = [];
  for (let from = 0; from < text.length; from += BLOCK_BYTES) {
    blocks.push(await bgzfBlock(text.subarray(from, from + BLOCK_BYTES)));
  }
  return Buffer.concat([...blocks, BGZF_EOF]);
}
