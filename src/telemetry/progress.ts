import { grouped } from './grouped.ts';
import { createStyle, type Style } from './style.ts';

/** How far one file has come. Counts only ever grow. */
export interface ProgressState {
  /** `spool`: standard input goes to disk. `hash`: the file is read once to know its identity. `ingest`: its records travel
   *  to the database. `consume`: envelopes of others are applied. `prove`: rows are digested again. `export`: rows are
   *  written. `summary`: a file is counted. `classify`: stored variants are judged. `analyze`: variants are narrated.
   *  `annotate`: a file is read and written with what others say. `follow`: a projection takes in what was stored. */
  readonly phase:
    | 'spool'
    | 'hash'
    | 'ingest'
    | 'consume'
    | 'prove'
    | 'export'
    | 'summary'
    | 'classify'
    | 'annotate'
    | 'analyze'
    | 'follow';
  /** Compressed bytes; `totalBytes` 0 when nobody knows (stdin). */
  readonly bytesRead: number;
  readonly totalBytes: number;
  readonly recordsRead: number;
  readonly variantsSent: number;
  readonly variantsApplied: number;
}

/** A terminal, or anything else that takes text. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface ProgressOptions {
  /** What the bars are about, such as the name of the file. */
  readonly label: string;
  readonly stream: ProgressStream;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

export interface Progress {
  update(state: ProgressState): void;
  /** Removes the bars, so that what is printed next starts on a clean line. */
  finish(): void;
}

const REDRAW_MS = 100;
const LINE_MS = 5000;
const RATE_WINDOW_MS = 5000;
const MAX_BAR_WIDTH = 28;
/** Columns that a line takes beside its bar, at most. */
const TEXT_WIDTH = 58;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

const count = (value: number): string => grouped(Math.floor(value));
const percent = (fraction: number): string => `${Math.floor(fraction * 100)}%`;

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${String(whole % 60).padStart(2, '0')}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}

/** A bar with eighths of a character, dim where nothing is done yet. */
function bar(fraction: number, width: number, style: Style): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const full = Math.floor(eighths / 8);
  const part = EIGHTHS[eighths % 8] ?? '';
  const rest = width - full - (part === '' ? 0 : 1);
  return style.cyan('█'.repeat(full) + part) + style.dim('░'.repeat(rest));
}

/** Applied variants a second over the last seconds, and how long the rest takes at that speed. */
class Speed {
  private readonly samples: { at: number; applied: number; fraction: number }[] = [];

  add(at: number, applied: number, fraction: number): void {
    this.samples.push({ at, applied, fraction });
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > RATE_WINDOW_MS) this.samples.shift();
  }

  /** `etaSeconds` is undefined while nothing moves or the size is unknown. */
  measure(): { perSecond: number; etaSeconds: number | undefined } {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    const seconds = first === undefined || last === undefined ? 0 : (last.at - first.at) / 1000;
    if (first === undefined || last === undefined || seconds <= 0) return { perSecond: 0, etaSeconds: undefined };
    const progressPerSecond = (last.fraction - first.fraction) / seconds;
    return {
      perSecond: (last.applied - first.applied) / seconds,
      etaSeconds: progressPerSecond > 0 ? (1 - last.fraction) / progressPerSecond : undefined,
    };
  }
}

interface Fractions {
  readonly read: number;
  readonly sent: number;
  readonly applied: number;
}

/** Nobody knows how many records a file has before its end: what is sent and applied is measured on what was read. */
function fractions(state: ProgressState): Fractions {
  const read = state.totalBytes > 0 ? Math.min(1, state.bytesRead / state.totalBytes) : 0;
  const share = (variants: number): number =>
    state.recordsRead > 0 ? read * Math.min(1, variants / state.recordsRead) : 0;
  return { read, sent: share(state.variantsSent), applied: share(state.variantsApplied) };
}

function barLines(label: string, state: ProgressState, speed: Speed, stream: ProgressStream): string[] {
  const style = createStyle(stream);
  const width = Math.min(MAX_BAR_WIDTH, (stream.columns ?? 80) - TEXT_WIDTH);
  const done = fractions(state);
  const { perSecond, etaSeconds } = speed.measure();
  const line = (name: string, fraction: number, detail: string): string => {
    const graph = width > 4 ? `${bar(fraction, width, style)} ` : '';
    const known = state.totalBytes > 0 ? `${graph}${percent(fraction).padStart(4)}  ` : '';
    return `  ${name.padEnd(8)} ${known}${detail}`;
  };
  const size = state.totalBytes > 0 ? ` of ${megabytes(state.totalBytes)}` : '';
  // A line that wraps could not be erased again.
  const title = style.bold(label.slice(-((stream.columns ?? 80) - 1)));
  if (state.phase !== 'ingest') return [title, line(...singleLine(state, done.read, size, perSecond))];
  const eta = etaSeconds === undefined ? '' : `  ${style.dim('ETA')} ${clock(etaSeconds)}`;
  return [
    title,
    line('read', done.read, `${count(state.recordsRead)} records  ${style.dim(megabytes(state.bytesRead) + size)}`),
    line('sent', done.sent, `${count(state.variantsSent)} variants`),
    line('applied', done.applied, `${count(state.variantsApplied)} variants  ${count(perSecond)}/s${eta}`),
  ];
}

/** Phases with one thing to count. */
function singleLine(
  state: ProgressState,
  fraction: number,
  size: string,
  perSecond: number,
): [name: string, fraction: number, detail: string] {
  if (state.phase === 'consume') {
    return ['applied', fraction, `${count(state.variantsApplied)} variants  ${count(perSecond)}/s`];
  }
  if (state.phase === 'analyze') return ['narrated', fraction, `${count(state.recordsRead)} variants`];
  if (state.phase === 'follow') {
    return ['taken in', fraction, `${count(state.variantsApplied)} variants  ${count(perSecond)}/s`];
  }
  if (state.phase === 'annotate') return ['annotated', fraction, `${count(state.recordsRead)} records`];
  if (state.phase === 'summary') return ['counted', fraction, `${count(state.recordsRead)} records`];
  if (state.phase === 'prove' || state.phase === 'export' || state.phase === 'classify')
    return [state.phase, fraction, `${count(state.variantsApplied)} variants`];
  return [state.phase === 'hash' ? 'identity' : 'received', fraction, `${megabytes(state.bytesRead)}${size}`];
}

function plainLine(label: string, state: ProgressState, speed: Speed): string {
  const done = fractions(state);
  const share = state.totalBytes > 0 ? ` (${percent(done.read)})` : '';
  const { perSecond, etaSeconds } = speed.measure();
  if (state.phase !== 'ingest') {
    const [name, , detail] = singleLine(state, done.read, '', perSecond);
    return `${label}: ${name} ${detail}${share}`;
  }
  const eta = etaSeconds === undefined ? '' : `, ETA ${clock(etaSeconds)}`;
  return (
    `${label}: read ${count(state.recordsRead)} records${share}, sent ${count(state.variantsSent)}, ` +
    `applied ${count(state.variantsApplied)} variants, ${count(perSecond)}/s${eta}`
  );
}

/** Bars that redraw themselves on a terminal; elsewhere a plain line every five seconds. */
export function createProgress(options: ProgressOptions): Progress {
  const { label, stream, now = () => performance.now() } = options;
  const isTerminal = stream.isTTY === true;
  const interval = isTerminal ? REDRAW_MS : LINE_MS;
  let speed = new Speed();
  let phase: ProgressState['phase'] | undefined;
  let lastAt = isTerminal ? Number.NEGATIVE_INFINITY : now();
  let linesShown = 0;

  const erase = (): string => (linesShown > 0 ? `\x1b[${linesShown}A\x1b[0J` : '');
  return {
    update(state) {
      const at = now();
      if (state.phase !== phase) speed = new Speed();
      phase = state.phase;
      if (at - lastAt < interval) return;
      lastAt = at;
      speed.add(at, state.variantsApplied, fractions(state).applied);
      if (!isTerminal) {
        stream.write(`${plainLine(label, state, speed)}\n`);
        return;
      }
      const lines = barLines(label, state, speed, stream);
      stream.write(`${erase()}${lines.join('\n')}\n`);
      linesShown = lines.length;
    },
    finish() {
      stream.write(erase());
      linesShown = 0;
    },
  };
}
