import type { App, AppOptions, OpenOptions } from '../app/app.ts';
import type { LoadedConfig } from '../config/load.ts';
import { VcfAgentError } from '../core/errors.ts';
import type { Log } from '../telemetry/logging.ts';
import { createProgress, type Progress } from '../telemetry/progress.ts';
import { createStyle, type Style } from '../telemetry/style.ts';

/** Options that every verb has. */
export interface GlobalOptions {
  readonly home?: string;
  readonly tenant?: string;
  readonly logLevel?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

const NO_PROGRESS: Progress = { update() {}, finish() {} };

/** What a verb works with: the two streams, the options, the configuration and the program behind it. */
export class Context {
  readonly stdout = process.stdout;
  readonly style: Style = createStyle(process.stdout);
  readonly noteStyle: Style = createStyle(process.stderr);
  readonly signal: AbortSignal;
  readonly #globals: () => GlobalOptions;

  constructor(signal: AbortSignal, globals: () => GlobalOptions) {
    this.signal = signal;
    this.#globals = globals;
  }

  get options(): GlobalOptions {
    return this.#globals();
  }

  /** Characters a line of the table may take: none given when the output is no terminal. */
  get width(): number | undefined {
    return this.stdout.isTTY ? this.stdout.columns : undefined;
  }

  /** Data, on stdout. Waits while the reader is slower. */
  async print(text: string): Promise<void> {
    await this.printRaw(`${text}\n`);
  }

  /** Text as it is, without a line end. */
  async printRaw(text: string): Promise<void> {
    this.signal.throwIfAborted();
    if (this.stdout.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.stdout.off('drain', done).off('close', done);
        resolve();
      };
      this.stdout.on('drain', done).on('close', done);
    });
  }

  /** One JSON value on a line of its own. */
  async printJson(value: unknown): Promise<void> {
    await this.print(JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner)));
  }

  /** A message for the person, on stderr. */
  note(text: string): void {
    if (!this.options.quiet) process.stderr.write(`${text}\n`);
  }

  progress(label: string): Progress {
    return this.options.quiet ? NO_PROGRESS : createProgress({ label, stream: process.stderr });
  }

  async config(flags: Readonly<Record<string, string | number | boolean | undefined>> = {}): Promise<LoadedConfig> {
    const { loadConfig } = await import('../config/load.ts');
    const { home, tenant, logLevel } = this.options;
    return loadConfig({ flags: { home, tenant, logLevel, ...flags } });
  }

  async log(): Promise<Log> {
    const { createLog } = await import('../telemetry/logging.ts');
    return createLog((await this.config()).config.logLevel);
  }

  /** Opens the program, hands it to `work`, and closes it whatever happens. */
  async withApp<T>(work: (app: App) => Promise<T>, open: Pick<OpenOptions, 'observer'> = {}): Promise<T> {
    const options = await this.appOptions(open);
    const { App } = await import('../app/app.ts');
    await using app = await App.open(options, { signal: this.signal, ...open });
    return await work(app);
  }

  /** The program's options as they are configured. */
  async appOptions({ observer }: Pick<OpenOptions, 'observer'> = {}): Promise<AppOptions> {
    const loaded = await this.config();
    const { platforms, limits, ...config } = loaded.config;
    const options = { ...config, lineBytes: limits.lineBytes };
    const { primary, fallback, topicPerTenant } = platforms;
    const isPlain = primary === 'embedded' && fallback === 'none' && !topicPerTenant;
    if (isPlain && observer?.onControl === undefined) return options;
    // Only now: the options of servers are schemas of a library of 700 modules.
    const { platformSettings } = await import('../app/platform-settings.ts');
    return { ...options, platforms: platformSettings(loaded) };
  }

  /** Asks on the terminal; without one there is nobody to ask. */
  async confirm(question: string): Promise<boolean> {
    if (!process.stdin.isTTY) throw new VcfAgentError('USAGE', `${question} Nobody is there to answer: add --yes.`);
    const { createInterface } = await import('node:readline/promises');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await terminal.question(`${question} [y/N] `, { signal: this.signal });
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      terminal.close();
    }
  }
}
