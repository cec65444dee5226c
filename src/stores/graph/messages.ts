import type { ProjectionContents } from '../../core/projection.ts';

/** What the child process is asked to do, one after the other. */
export type GraphRequest =
  | {
      readonly kind: 'open';
      readonly path: string;
      readonly readOnly: boolean;
      /** Most that the database's own buffers take. */
      readonly bufferBytes: number;
      /** The process ends when it takes more than this in all. */
      readonly memoryBytes?: number;
      readonly threads: number;
    }
  | { readonly kind: 'run'; readonly statement: string }
  | {
      readonly kind: 'rows';
      readonly statement: string;
      readonly limit: number;
      /** Of this statement; left out: as long as it takes. */
      readonly timeoutMs?: number;
    }
  /** Digests rows as ContentSum does. */
  | { readonly kind: 'digest'; readonly statement: string; readonly prefix: string }
  /** Writes everything to the database's one file, and lets go of it. */
  | { readonly kind: 'close' };

export interface GraphRows {
  readonly columns: readonly string[];
  /** As the database gives values: numbers, bigints, dates, nodes and relations as objects with `_label`. */
  readonly rows: readonly (readonly unknown[])[];
  /** There were more. */
  readonly truncated: boolean;
}

export interface GraphResults {
  readonly open: undefined;
  readonly run: undefined;
  readonly rows: GraphRows;
  readonly digest: ProjectionContents;
  readonly close: undefined;
}

/** `isRefused`: the statement writes, or is more than one. */
export type GraphReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly message: string; readonly isRefused?: boolean };
