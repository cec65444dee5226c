/** Values of a distribution: how often each one occurs. */
export interface Weighted {
  readonly value: number;
  readonly counts: readonly number[];
}

/** Values from `from` on and below `to`; in the last bucket `to` itself as well. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** Widths that people can read off an axis. */
const STEPS = [1, 2, 5, 10];
/** 0.3 / 0.1 is a little less than 3. */
const ROUNDING = 1e-9;

function readableStep(span: number, most: number): number {
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  return (STEPS.find((step) => step * power >= raw * (1 - ROUNDING)) ?? 10) * power;
}

/** Puts a distribution into at most `most` buckets (plus one) of equal, round width; `whole`: none narrower than 1. Empty for none. */
export function bucketed(values: readonly Weighted[], most: number, { whole = false } = {}): Bucket[] {
  const [first] = values;
  if (first === undefined) return [];
  const low = values.reduce((least, { value }) => Math.min(least, value), first.value);
  const high = values.reduce((largest, { value }) => Math.max(largest, value), first.value);
  const step = high > low ? Math.max(readableStep(high - low, most), whole ? 1 : 0) : 1;
  const placeOf = (value: number): number => Math.floor(value / step + ROUNDING);
  const start = placeOf(low);
  const sums = Array.from({ length: placeOf(high) - start + 1 }, () => first.counts.map(() => 0));
  for (const { value, counts } of values) {
    const bucket = sums[placeOf(value) - start]!;
    for (const [index, count] of counts.entries()) bucket[index]! += count;
  }
  return sums.map((counts, index) => ({
    from: tidy((start + index) * step),
    to: tidy((start + index + 1) * step),
    counts,
  }));
}

/** The value that `share` of all occurrences do not exceed; undefined when there are none. `values` ascending, first count. */
export function quantile(values: readonly Weighted[], share: number): number | undefined {
  const total = values.reduce((sum, { counts }) => sum + counts[0]!, 0);
  let seen = 0;
  for (const { value, counts } of values) {
    seen += counts[0]!;
    if (counts[0]! > 0 && seen >= share * total) return value;
  }
  return undefined;
}

/** Without the last digits that binary fractions leave: 0.30000000000000004. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** Above this share of all occurrences a value is an outlier, if it is this many times what lies below. */
const TAIL_SHARE = 0.995;
const TAIL_FACTOR = 2;

/**
 * The distribution without its tail: what lies far above nearly everything counts at the value where the tail begins, or a
 * plot would show one column and nothing. `tailFrom` is that value when there is such a tail. `values` ascending.
 */
export function withoutTail(values: readonly Weighted[]): {
  values: readonly Weighted[];
  tailFrom: number | undefined;
} {
  const high = values.at(-1)?.value ?? 0;
  const tailFrom = quantile(
    values.map(({ value, counts }) => ({ value, counts: [total(counts)] })),
    TAIL_SHARE,
  );
  if (tailFrom === undefined || high <= tailFrom * TAIL_FACTOR) return { values, tailFrom: undefined };
  return { values: values.map(({ value, counts }) => ({ value: Math.min(value, tailFrom), counts })), tailFrom };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
