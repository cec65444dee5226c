import { VcfAgentError } from '../../core/errors.ts';

/** A number as VCF and people write it. */
export const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i;

/** A number that fits `real`, or FILTER_SYNTAX. */
export function decimal(field: string, value: string): number {
  const number = DECIMAL.test(value) ? Number(value) : Number.NaN;
  if (Number.isFinite(Math.fround(number))) return number;
  throw new VcfAgentError('FILTER_SYNTAX', `${field} is compared with numbers; ${JSON.stringify(value)} is none.`);
}

/** FILTER_SYNTAX for what is none. */
export function wholeNumber(field: string, value: string): number {
  if (/^[-+]?\d{1,15}$/.test(value)) return Number(value);
  throw new VcfAgentError(
    'FILTER_SYNTAX',
    `${field} is compared with whole numbers; ${JSON.stringify(value)} is none.`,
  );
}
