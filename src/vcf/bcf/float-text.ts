const PRECISION = 6;

/**
 * Decimal text of a single-precision float as htslib prints it: C's `%g`, six significant digits. Within
 * 0.0001 .. 999999 htslib rounds halves up (kputd in kstring.c), outside C rounds them to even.
 */
export function formatFloat(value: number): string {
  if (value < 0 || Object.is(value, -0)) return `-${formatFloat(-value)}`;
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === 0 || (value >= 0.0001 && value <= 999999)) return String(Number(value.toPrecision(PRECISION)));
  const [digits, exponentText] = roundHalfEven(value)
    .toExponential(PRECISION - 1)
    .split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < PRECISION) return String(Number(value.toPrecision(PRECISION)));
  const sign = exponent < 0 ? '-' : '+';
  return `${Number(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/**
 * Undoes JavaScript's rounding of halves upwards where C would go down. Only large numbers can lie exactly between two
 * six-digit numbers: a float below 0.0001 has more digits than that.
 */
function roundHalfEven(value: number): number {
  if (value < 1) return value;
  const [digits, exponent] = value.toExponential(60).split('e');
  const isHalf = /^\d\.\d{5}50*$/.test(digits!);
  if (!isHalf || Number(digits![6]) % 2 === 1) return value;
  return Number(`${digits!.slice(0, 7)}e${exponent}`);
}
