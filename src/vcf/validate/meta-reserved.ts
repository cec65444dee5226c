import { isFirmlyReserved, reservedDefinition } from '../header/reserved.ts';
import type { MetaLine } from './meta-kinds.ts';

/**
 * A reserved key is declared as the specification defines it: the tables of 4.3 §1.6.1 and §1.6.2 and, before, what the
 * lists of 4.1 §1.4.1 and §1.4.2 say of each key. Only a warning for structural variants and SB (see reserved.ts).
 */
export function checkReserved(line: MetaLine): void {
  const kind = line.key === 'INFO' ? 'info' : 'format';
  const id = line.structured?.fields.find((field) => field.key === 'ID')?.value;
  if (id === undefined) return;
  const definition = reservedDefinition(line.version, kind, id);
  if (definition === undefined) return;
  const severity = isFirmlyReserved(line.version, kind, id) ? 'error' : 'warning';
  const number = line.structured?.fields.find((field) => field.key === 'Number');
  if (number !== undefined && number.value !== String(definition.number) && !isAlternative(line, id, number.value)) {
    const message = `${line.key} ${id} is reserved with Number=${definition.number}`;
    line.report('META_RESERVED_NUMBER', line.valueAt + number.valueAt, line.key, message, severity);
  }
  const type = line.structured?.fields.find((field) => field.key === 'Type');
  if (type !== undefined && type.value !== definition.type && !isAlternative(line, id, type.value)) {
    const message = `${line.key} ${id} is reserved with Type=${definition.type}`;
    line.report('META_RESERVED_TYPE', line.valueAt + type.valueAt, line.key, message, severity);
  }
}

/** Before 4.3 the text gives INFO MQ no type ("RMS mapping quality, e.g. MQ=52") and GLE no count (a list of genotypes). */
function isAlternative(line: MetaLine, id: string, value: string): boolean {
  if (line.minor >= 3) return false;
  return (line.key === 'INFO' && id === 'MQ' && value === 'Integer') || (id === 'GLE' && value === 'G');
}
