import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import type { Victim } from './victim.ts';

const START_WITHIN_MS = 15_000;

/** An Iggy server of yours (`program`: its path) with its data below a folder, on a free loopback port, TCP only. */
export class IggyServer implements Victim, Disposable {
  readonly #program: string;
  readonly #folder: string;
  readonly port: number;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  readonly #onExit = () => this.#child?.kill('SIGKILL');

  private constructor(program: string, folder: string, port: number, env: Readonly<Record<string, string>>) {
    this.#program = program;
    this.#env = env;
    this.#folder = folder;
    this.port = port;
  }

  /** `env`: more of its configuration, `IGGY_…`. */
  static async start(program: string, folder: string, env: Readonly<Record<string, string>> = {}): Promise<IggyServer> {
    const server = new IggyServer(program, folder, await freePort(), env);
    await server.restart();
    return server;
  }

  hang(): void {
    this.#child?.kill('SIGSTOP');
  }

  wake(): void {
    this.#child?.kill('SIGCONT');
  }

  kill(): Promise<void> {
    return this.#endBy('SIGKILL');
  }

  end(): Promise<void> {
    return this.#endBy('SIGTERM');
  }

  async #endBy(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    process.off('exit', this.#onExit);
    child.kill(signal);
    await once(child, 'exit');
  }

  async restart(): Promise<void> {
    const log = openSync(join(this.#folder, 'server.log'), 'a');
    const env = {
      ...process.env,
      IGGY_ROOT_USERNAME: 'iggy',
      IGGY_ROOT_PASSWORD: 'iggy',
      IGGY_SYSTEM_PATH: join(this.#folder, 'data'),
      IGGY_TCP_ADDRESS: `127.0.0.1:${this.port}`,
      IGGY_HTTP_ENABLED: 'false',
      IGGY_QUIC_ENABLED: 'false',
      IGGY_WEBSOCKET_ENABLED: 'false',
      IGGY_SYSTEM_SHARDING_CPU_ALLOCATION: '1',
      ...this.#env,
    };
    this.#child = spawn(this.#program, [], { cwd: this.#folder, env, stdio: ['ignore', log, log] });
    process.once('exit', this.#onExit);
    const deadline = performance.now() + START_WITHIN_MS;
    while (!(await this.#isListening())) {
      if (performance.now() > deadline)
        throw new Error(`${this.#program} does not listen: see ${this.#folder}/server.log`);
      await sleep(20);
    }
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#onExit);
    this.#child?.kill('SIGKILL');
  }

  #isListening(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    return new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    }).finally(() => socket.destroy());
  }
}
