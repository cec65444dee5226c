import type { AnnotationColumn } from '../../core/annotation.ts';
import type { InfoScanner } from './info-scanner.ts';
import type { ExtraKey } from './plan.ts';
import type { TranscriptReader } from './transcripts.ts';

/** A row with its columns and what they were made from, for who needs more of it. Valid during the call only. */
export interface AnnotatedRow {
  readonly row: number;
  readonly info: InfoScanner;
  /** Slots of the extra keys in `info`. */
  readonly slots: readonly number[];
  /** The transcript annotation that was taken, and the entry that was chosen in it: -1 when there is none. */
  readonly reader: TranscriptReader | undefined;
  readonly entry: number;
  text(column: AnnotationColumn): string | undefined;
}

export interface AnnotatorOptions {
  /** Keys of INFO to be found beside those that fill columns. */
  readonly keys?: readonly ExtraKey[];
  /** Called for each row in order, unless the header declares nothing that is wanted. */
  readonly visit?: (row: AnnotatedRow) => void;
}
