import { type Static, Type } from 'typebox';

/** Options of the embedded log. One truth for defaults, configuration and types. */
export const EmbeddedOptions = Type.Object({
  /** Folder of the log; one SQLite file and its write-ahead log lie in it. */
  directory: Type.String(),
  /** Fixed when a topic is made; later values are ignored for it. */
  partitions: Type.Integer({ minimum: 1, maximum: 1024, default: 4 }),
  /** Messages kept, in bytes; a send over it is refused with LOG_FULL until a consumer has caught up. */
  maxBytes: Type.Integer({ minimum: 1024 * 1024, default: 1024 * 1024 * 1024 }),
});

export type EmbeddedOptions = Static<typeof EmbeddedOptions>;
