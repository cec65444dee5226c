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

/** The only place that names the adapters of projections. */
export const OPENERS = { lancedb } as const;

export type Openers = typeof OPENERS;
