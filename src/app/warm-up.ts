import { SourceReader } from '../ingest/source-reader.ts';

/** Starts the thread that reads files while the rest of the program is loaded: for a command that will need it. */
export function warmUpReading(): void {
  SourceReader.warmUp();
}
