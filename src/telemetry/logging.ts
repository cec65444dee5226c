import type { Logger } from 'pino';

/** What code that logs needs. Never log a sample's name, a genotype or a secret: `event` and counts are enough. */
export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug' | 'trace'>;

/** JSON lines on stderr from `level` on (`silent`: none). Synchronous: nothing is lost when the process ends. */
export async function createLog(level: string): Promise<Log> {
  const { pino, stdTimeFunctions, destination } = await import('pino');
  const log: Log = pino(
    { level, base: { pid: process.pid }, timestamp: stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  );
  return log;
}
