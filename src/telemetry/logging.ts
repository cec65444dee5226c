import type { Logger } from 'pino';

/** What code that logs needs. Never log a sample's name, a genotype or a secret: `event` and counts are enough. */
export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug' | 'trace'>;

const ignore = () => {};
const SILENT: Log = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };

/** JSON lines on stderr from `level` on (`silent`: none). Synchronous: nothing is lost when the process ends. */
export async function createLog(level: string): Promise<Log> {
  // Without the library, which is an eighth of what a command takes to start.
  if (level === 'silent') return SILENT;
  const { pino, stdTimeFunctions, destination } = await import('pino');
  const log: Log = pino(
    { level, base: { pid: process.pid }, timestamp: stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  );
  return log;
}
