import { SourceReader } from '../ingest/source-reader.ts';
import { LogClient } from '../platforms/embedded/log-client.ts';

/** Starts the thread that reads files while the rest of the program is loaded: for a command that will need it. */
export function warmUpReading(): void {
  SourceReader.warmUp();
}

/** The same for the embedded log's thread. */
export function warmUpLog(): void {
  LogClient.warmUp();
}
