import type { ProjectedFile, ProjectionEntry } from '../../../src/core/projection.ts';
import {
  deletionOf,
  envelopeEntries,
  filesById,
  type GraphFile,
  type GraphLine,
  graphFile,
} from '../../support/graph.ts';

export interface Step {
  readonly entries: readonly ProjectionEntry[];
  readonly files: ReadonlyMap<number, ProjectedFile>;
}

/** Files that are there at the end of `history`. */
export function survivors(variants: number): readonly GraphFile[] {
  return [makeFile(1, variants), makeFile(3, variants)];
}

/** Three files that share half of their variants, a step at a time; the second is deleted, the third comes after it. */
export function history(variants: number): readonly Step[] {
  const [first, second, third] = [1, 2, 3].map((fileId) => makeFile(fileId, variants));
  const ofFile = (file: GraphFile): Step[] => {
    const entries = envelopeEntries(file);
    const half = Math.ceil(entries.length / 2);
    return [entries.slice(0, half), entries.slice(half)].map((part) => ({ entries: part, files: filesById(file) }));
  };
  const deletion = { entries: [deletionOf(second!)], files: new Map() };
  return [...ofFile(first!), ...ofFile(second!), deletion, ...ofFile(third!)];
}

function makeFile(fileId: number, variants: number): GraphFile {
  const lines = Array.from({ length: variants }, (_, i): GraphLine => {
    // The files overlap by half.
    const position = i + ((fileId - 1) * variants) / 2;
    return {
      text: `chr7 ${position} . A C 50 PASS . GT:GQ:DP:AD 0/1:99:30:15,15 ${i % 3 === 0 ? '1/1' : '0/0'}:50:20:0,20`,
      annotations: {
        gene: `G${position % 500}`,
        transcript: `T${position % 900}`,
        impact: 'LOW',
        condition: `D${i % 50}`,
      },
    };
  });
  return graphFile(fileId, lines, { samples: ['s1', `s${fileId + 1}`], batch: 250 });
}
