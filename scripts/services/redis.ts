/** A real Redis server for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** As a machine that dies. */
  kill(): Promise<void>;
  /** On the same port, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const START_ATTEMPTS = 100;

/** Starts an empty server on a free loopback port, which keeps nothing on disk. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'vcf-agent-test-redis-'));
  const port = await freePort();
  const command = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
  };
  const restart = async (): Promise<void> => {
    child = spawn('redis-server', command, { stdio: 'ignore' });
    for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
      if (await answers(port)) return;
      await sleep(50);
    }
    throw new Error('the Redis test server did not start');
  };
  const onExit = (): void => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', onExit);
  await restart();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    restart,
    async stop() {
      process.off('exit', onExit);
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.on('data', () => socket.destroy());
  });
}
