import type { SettingSchema } from './schema.ts';

/** What is wrong with a value (`must be …`), undefined for nothing. */
export function problemOf(schema: SettingSchema, value: unknown): string | undefined {
  if (schema.enum !== undefined) {
    return schema.enum.includes(value as string) ? undefined : `must be one of ${schema.enum.join(', ')}`;
  }
  return CHECKS[schema.type ?? 'string'](schema, value);
}

type Check = (schema: SettingSchema, value: unknown) => string | undefined;

const CHECKS: Readonly<Record<NonNullable<SettingSchema['type']>, Check>> = {
  integer: (schema, value) => (Number.isSafeInteger(value) ? problemOfSize(schema, value) : 'must be a whole number'),
  number: (schema, value) => (Number.isFinite(value) ? problemOfSize(schema, value) : 'must be a number'),
  boolean: (_, value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  string: problemOfText,
  array: problemOfList,
  object: (_, value) => (isTexts(value) ? undefined : 'must be name=value, separated by commas'),
};

function problemOfSize({ minimum, exclusiveMinimum, maximum }: SettingSchema, value: unknown): string | undefined {
  if (minimum !== undefined && (value as number) < minimum) return `must be ${minimum} or more`;
  if (exclusiveMinimum !== undefined && (value as number) <= exclusiveMinimum) {
    return `must be more than ${exclusiveMinimum}`;
  }
  if (maximum !== undefined && (value as number) > maximum) return `must be ${maximum} or less`;
  return undefined;
}

function problemOfText(
  { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern }: SettingSchema,
  value: unknown,
): string | undefined {
  if (typeof value !== 'string') return 'must be text';
  if (value.length < minLength) return 'must not be empty';
  if (value.length > maxLength) return `must not have more than ${maxLength} characters`;
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return `must match ${pattern}`;
  return undefined;
}

function problemOfList({ minItems = 0, items = {} }: SettingSchema, value: unknown): string | undefined {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) return 'must be a list of texts';
  if (value.length < minItems) return `must have ${minItems} or more, separated by commas`;
  if (items.pattern !== undefined && !value.every((item) => new RegExp(items.pattern!, 'u').test(item))) {
    return `must be a list, separated by commas, of what matches ${items.pattern}`;
  }
  return undefined;
}

function isTexts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}
