import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NODES, type NodeTable, RELATIONS, type RelationTable } from '../../../src/stores/graph/schema.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'graph.md'), 'utf8');

/** The lines of the table under a heading, without its head. */
function tableUnder(heading: string): string[] {
  const section = PAGE.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1);
}

function nodeLines(): string[] {
  return (NODES as readonly NodeTable[]).flatMap(({ name, about, columns }) => [
    `| **${name}** | | | ${about} |`,
    ...columns.map((column) => `| | \`${column.name}\` | ${column.type} | ${column.about} |`),
  ]);
}

function relationLines(): string[] {
  return (RELATIONS as readonly RelationTable[]).flatMap(({ name, about, pairs, columns }) => {
    const ends = pairs.map(([from, to]) => `${from} → ${to}`).join(', ');
    return [
      `| **${name}** | ${ends} | | | ${about} |`,
      ...columns.map((column) => `| | | \`${column.name}\` | ${column.type} | ${column.about} |`),
    ];
  });
}

test('should document every node and its columns as they are', () => {
  assert.deepEqual(tableUnder('Nodes'), nodeLines());
});

test('should document every relation and its columns as they are', () => {
  assert.deepEqual(tableUnder('Relations'), relationLines());
});
