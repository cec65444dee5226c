import type { SettingSchema } from './schema.ts';

/** What is wrong with a value (`must be …`), undefined for nothing. */
export function problemOf(schema: SettingSchema, value: unknown): string | undefined {
  if (schema.enum !== undefined) {
    return schema.enum.includes(value as string) ? undefined : `must be one of ${schema.enum.join(', ')}`;
  }
  return schema.type === 'integer' ? problemOfInteger(schema, value) : problemOfText(schema, value);
}

function problemOfInteger({ minimum, maximum }: SettingSchema, value: unknown): string | undefined {
  if (!Number.isSafeInteger(value)) return 'must be a whole number';
  if (minimum !== undefined && (value as number) < minimum) return `must be ${minimum} or more`;
  if (maximum !== undefined && (value as number) > maximum) return `must be ${maximum} or less`;
  return undefined;
}

function problemOfText({ minLength = 0, pattern }: SettingSchema, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be text';
  if (value.length < minLength) return 'must not be empty';
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return `must match ${pattern}`;
  return undefined;
}
