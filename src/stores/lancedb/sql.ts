/** A text as a literal of LanceDB's SQL (DataFusion): only the quote has a meaning in it, and is doubled. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Conditions that all have to hold; undefined ones are none. */
export function all(...conditions: readonly (string | undefined)[]): string {
  return conditions
    .filter((condition) => condition !== undefined)
    .map((condition) => `(${condition})`)
    .join(' AND ');
}

export function isAnyOf(column: string, texts: readonly string[]): string {
  return `${column} IN (${texts.map(literal).join(', ')})`;
}
