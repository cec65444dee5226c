import { type Static, Type } from 'typebox';

/** Options of the embedded log. One truth for defaults, configuration and types. */
export const EmbeddedOptions = Type.Object({
  /** Folder of the log; one SQLite file and its write-ahead log lie in it. */
  directory: Type.String(),
  /** Given, a topic is made with this many partitions when it is first used; left out, using one that is not there is TOPIC_NOT_FOUND. */
  partitions: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024 })),
  /** Messages kept, in bytes; a send over it is refused with LOG_FULL until a consumer has caught up. */
  maxBytes: Type.Integer({ minimum: 1024 * 1024, default: 1024 * 1024 * 1024 }),
  /** How long a probe waits for the log's thread. */
  probeTimeoutMs: Type.Optional(Type.Integer({ minimum: 1, default: 1000 })),
});

export type EmbeddedOptions = Static<typeof EmbeddedOptions>;
