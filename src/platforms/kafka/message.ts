/** Header that carries the id of an envelope, 64 hex digits in ASCII. */
export const ENVELOPE_ID_HEADER = Buffer.from('envelope-id');

/** The envelope id among a record's headers; empty when somebody else's message has none. */
export function envelopeIdIn(headers: readonly (readonly [Buffer | null, Buffer | null])[]): string {
  for (const [key, value] of headers) {
    if (key?.equals(ENVELOPE_ID_HEADER) && value !== null) return value.toString('latin1');
  }
  return '';
}
