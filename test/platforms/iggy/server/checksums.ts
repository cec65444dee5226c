import { loadXxh3, type Xxh3 } from '../../../../src/platforms/iggy/client/protocol/xxh3.ts';

const xxh3: Xxh3 = await loadXxh3();

/** XXH3-64. Real servers' checksums are in the transcripts: they show that this one is the same. */
export const xxh3Of: Xxh3 = (pieces) => xxh3(pieces);
