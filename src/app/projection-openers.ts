import type { GraphProjection } from '../stores/graph/projection.ts';
import { parseHeader } from '../vcf/header/parse.ts';
import { createTranscriptReading } from '../vcf/info/transcript-effects.ts';
import type { ProjectionOpener } from './projections.ts';

const graph: ProjectionOpener<GraphProjection> = {
  isShared: false,
  async open(folder) {
    const { GraphProjection } = await import('../stores/graph/projection.ts');
    const readTranscripts = (header: Uint8Array) => createTranscriptReading(parseHeader(header).header);
    return await GraphProjection.open({ folder, readTranscripts });
  },
};

/** The only place that names the adapters of projections. */
export const OPENERS = { graph } as const;

export type Openers = typeof OPENERS;
