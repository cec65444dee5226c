import type { FieldDefinition, Header } from './model.ts';
import { type FieldKind, reservedDefinition } from './reserved.ts';

/**
 * How an INFO or FORMAT key is typed in this file: as its header says, else as the specification reserves it, else
 * undefined (then read it as `Number=.,Type=String`, as the specification advises for undeclared keys).
 */
export function fieldDefinition(header: Header, kind: FieldKind, id: string): FieldDefinition | undefined {
  return (kind === 'info' ? header.info : header.format).get(id) ?? reservedDefinition(header.version, kind, id);
}
