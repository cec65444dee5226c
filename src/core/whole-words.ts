/**
 * The regular expression with which `~` finds whole words in a significance, for every store that has regular expressions: `pathogenic` is not in
 * `Conflicting_classifications_of_pathogenicity`. Spaces and `_` are the same; case is the caller's.
 */
export function wholeWordPattern(value: string): string {
  const words = value
    .split(/[\s_]+/)
    .filter((word) => word !== '')
    .map((word) => word.replace(/[!-/:-@[-`{-~]/g, '\\$&'))
    .join('[ _]+');
  return `(^|[^A-Za-z0-9])${words}($|[^A-Za-z0-9])`;
}
