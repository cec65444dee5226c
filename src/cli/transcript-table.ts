import type { Style } from '../telemetry/style.ts';
import { count, printable } from './format.ts';
import { renderTable } from './table.ts';

/** What people look for in a transcript annotation, under the names that VEP and SnpEff give it. */
const WANTED: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['gene', ['SYMBOL', 'Gene_Name']],
  ['transcript', ['Feature', 'Feature_ID']],
  ['consequence', ['Consequence', 'Annotation']],
  ['impact', ['IMPACT', 'Annotation_Impact']],
  ['coding', ['HGVSc', 'HGVS.c']],
  ['protein', ['HGVSp', 'HGVS.p']],
  ['exon', ['EXON', 'Rank']],
];
const TRANSCRIPTS_SHOWN = 12;

/** Names of the `|`-separated values, which CSQ and ANN tell in their header's description; none for other keys. */
function fieldNames(description: string): string[] {
  const listed = /(?:Format:|annotations:)\s*["']?([^"']+\|[^"']+)/.exec(description)?.[1];
  return listed === undefined ? [] : listed.split('|').map((name) => name.trim());
}

/** A table of the transcripts in a CSQ or ANN value; nothing when the key is neither. */
export function renderTranscripts(
  key: string,
  value: string,
  description: string,
  { style, width }: { readonly style: Style; readonly width?: number | undefined },
): string[] {
  const names = fieldNames(description);
  const columns = WANTED.flatMap(([title, aliases]) => {
    const at = names.findIndex((name) => aliases.includes(name));
    return at < 0
      ? []
      : [{ title, value: (fields: readonly string[]) => printable(fields[at] ?? ''), optional: true, maxWidth: 34 }];
  });
  if (columns.length === 0) return [];
  const transcripts = value.split(',').map((entry) => entry.split('|'));
  const shown = transcripts.slice(0, TRANSCRIPTS_SHOWN);
  const lines = renderTable(shown, columns, { style, width: width === undefined ? undefined : width - 2 });
  const rest = transcripts.length - shown.length;
  return [
    '',
    `  ${style.bold(key)}`,
    ...lines.map((line) => `  ${line}`),
    ...(rest > 0 ? [style.dim(`  … and ${count(rest)} more`)] : []),
  ];
}
