import type { GraphProjection } from '../stores/graph/projection.ts';
import type { LanceProjection } from '../stores/lancedb/projection.ts';
import type { ProjectionOpener } from './projections.ts';

const lancedb: ProjectionOpener<LanceProjection> = {
  isShared: true,
  async open(folder, { signal }) {
    const [{ openLanceProjection }, { BlockDescriber }] = await Promise.all([
      import('../stores/lancedb/projection.ts'),
      import('../analysis/embeddings/describe-block.ts'),
    ]);
    return await openLanceProjection({ folder, describer: new BlockDescriber(), signal });
  },
};

const graph: ProjectionOpener<GraphProjection> = {
  isShared: false,
  async open(folder, { store }) {
    const [{ GraphProjection }, { graphVerdicts }, { parseHeader }, { createTranscriptReading }] = await Promise.all([
      import('../stores/graph/projection.ts'),
      import('./graph-verdicts.ts'),
      import('../vcf/header/parse.ts'),
      import('../vcf/info/transcript-effects.ts'),
    ]);
    const readTranscripts = (header: Uint8Array) => createTranscriptReading(parseHeader(header).header);
    return await GraphProjection.open({ folder, readTranscripts, verdicts: graphVerdicts(store) });
  },
};

/** The only place that names the adapters of projections. */
export const OPENERS = { lancedb, graph } as const;

export type Openers = typeof OPENERS;
