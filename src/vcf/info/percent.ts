const PERCENT = 0x25;

export function hasPercent(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === PERCENT) return true;
  return false;
}

/**
 * Undoes the percent encoding of VCF 4.3 (§1.2) and of VEP (`p.Leu5%3D`). Only printable ASCII is decoded: control bytes
 * stay as written, so that no value can hold what the database or a terminal would trip over.
 */
export function decodePercent(text: string): string {
  return text.replaceAll(/%([2-7][0-9A-Fa-f])/g, (whole, hex: string) =>
    hex.toLowerCase() === '7f' ? whole : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
