import { isIPv6 } from 'node:net';
import type { PeerAddress } from './engine.ts';

/** More than this many peers at once are possible, only slower. */
const REMEMBERED = 4096;

const byText = new Map<string, Buffer>();

/** The 16 bytes of an address as the engine has them. `text`: IPv4, or IPv6 without a zone. */
export function addressBytes(text: string): Buffer {
  const known = byText.get(text);
  if (known !== undefined) return known;
  const bytes = isIPv6(text) ? ipv6Bytes(text) : ipv4Bytes(text);
  if (byText.size >= REMEMBERED) byText.clear();
  byText.set(text, bytes);
  return bytes;
}

function ipv4Bytes(text: string): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(0xffff, 10);
  text.split('.').forEach((part, index) => {
    bytes[12 + index] = Number(part);
  });
  return bytes;
}

function ipv6Bytes(text: string): Buffer {
  const [plain] = text.split('%') as [string];
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  if (dotted !== null) {
    const bytes = ipv6Bytes(`${dotted[1]}0:0`);
    ipv4Bytes(dotted[2]!).copy(bytes, 12, 12);
    return bytes;
  }
  const [head = '', tail] = plain.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  const bytes = Buffer.alloc(16);
  front.forEach((word, index) => {
    bytes.writeUInt16BE(word, index * 2);
  });
  back.forEach((word, index) => {
    bytes.writeUInt16BE(word, 16 - (back.length - index) * 2);
  });
  return bytes;
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** The address as sockets take it. */
export function addressText({ ip }: PeerAddress): string {
  const bytes = Buffer.from(ip.buffer, ip.byteOffset, ip.length);
  if (bytes.subarray(0, MAPPED.length).equals(MAPPED)) return bytes.subarray(12).join('.');
  return Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':');
}
