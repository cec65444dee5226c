import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IggyError } from '../../../../src/platforms/iggy/client/index.ts';
import type { OutgoingFrame } from '../../../../src/platforms/iggy/client/protocol/protocol.ts';
import type { Session } from '../../../../src/platforms/iggy/client/session/session.ts';
import type { Transport, TransportFactory } from '../../../../src/platforms/iggy/client/transport/transport.ts';
import { scenario } from './scenario.ts';

/** One request and its reply. Binary protocols: base64 of whole frames. HTTP: `METHOD url` and body, status and text. */
export interface Exchange {
  readonly request: string;
  readonly requestBody?: string;
  readonly status?: number;
  readonly reply: string;
}

/** What came of one step, and what crossed the wire for it: several exchanges where a server asked for the same again. */
export interface RecordedStep {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
  readonly outcome: unknown;
}

export interface Transcript {
  /** Version that the real server told of itself. */
  readonly server: string;
  readonly protocol: 'legacy' | 'vsr' | 'http';
  readonly steps: readonly RecordedStep[];
}

const FOLDER = join(import.meta.dirname, 'data');

/** Transcripts of real servers that lie beside this file. */
export function transcripts(): { readonly name: string; readonly transcript: Transcript }[] {
  return readdirSync(FOLDER).map((name) => ({
    name,
    transcript: JSON.parse(readFileSync(join(FOLDER, name), 'utf8')),
  }));
}

/** Runs the scenario; `exchanges` gives back, and forgets, what crossed the wire since it was last asked. */
export async function play(
  open: (session: 'main' | 'alone') => Promise<Session>,
  exchanges: () => Exchange[],
): Promise<RecordedStep[]> {
  const steps: RecordedStep[] = [];
  const main = await open('main');
  steps.push({ name: 'log in', exchanges: exchanges(), outcome: null });
  for (const { name, session, only = main.protocol, operation } of scenario()) {
    if (only !== main.protocol || (main.protocol === 'http' && operation.http === undefined)) continue;
    const used = session === 'main' ? main : await open('alone');
    if (used !== main) steps.push({ name: 'log in', exchanges: exchanges(), outcome: null });
    const outcome = await used.execute(operation).then(
      (value) => plain(value),
      (error) => {
        if (!(error instanceof IggyError)) throw error;
        return { error: error.code, serverCode: error.serverCode ?? null };
      },
    );
    steps.push({ name, exchanges: exchanges(), outcome });
    if (used !== main) used.close();
  }
  main.close();
  return steps;
}

/** As JSON: integers as texts, bytes as base64. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_, item) => {
    if (typeof item === 'bigint') return `${item}`;
    if (item?.type === 'Buffer') return `base64 ${Buffer.from(item.data).toString('base64')}`;
    return item instanceof Uint8Array ? `base64 ${Buffer.from(item).toString('base64')}` : item;
  });
  return text === undefined ? null : JSON.parse(text);
}

/** Fields that say when, where or how fast: another server has others. */
const OWN: readonly string[] = [
  'createdAtUs',
  'timestampUs',
  'originTimestampUs',
  'processId',
  'cpuPercent',
  'memoryBytes',
  'runTimeUs',
  'readBytes',
  'writtenBytes',
  'hostname',
  'serverVersion',
  'clients',
  'tcpPort',
  'quicPort',
  'httpPort',
  'webSocketPort',
  'streams',
  'topics',
  'partitions',
  'messages',
  'consumerGroups',
];
/** A topic just made may have its segments yet to come; bytes are counted with what each format adds. */
const INNER: readonly string[] = ['segments', 'bytes'];
const isDurability = (option: string) => ['enforce_fsync', 'messages_required_to_save'].includes(option);

/** An outcome without what is each server's own: numbers of a busy machine, options that a server adds by itself. */
export function comparable({ name, outcome }: RecordedStep): unknown {
  const isStats = name === 'stats' || name === 'cluster metadata';
  return JSON.parse(JSON.stringify(outcome), (key, value) => {
    if (isStats ? OWN.includes(key) : OWN.slice(0, 3).includes(key)) return typeof value;
    if (INNER.includes(key)) return typeof value;
    if (key === 'options')
      return value
        .map((option: { key: string }) => option.key)
        .filter(isDurability)
        .sort();
    return value;
  });
}

/** A transport that keeps a copy of everything. */
export function recording(open: TransportFactory, exchanges: Exchange[]): TransportFactory {
  return async (framing, call) => {
    const transport = await open(framing, call);
    const recorder: Transport = {
      keepsOrder: transport.keepsOrder,
      get failure() {
        return transport.failure;
      },
      onFailure: (callback) => transport.onFailure(callback),
      close: (reason) => transport.close(reason),
      exchange: async (request, options) => {
        const reply = await transport.exchange(request, options);
        exchanges.push({ request: base64(request), reply: reply.toString('base64') });
        return reply;
      },
    };
    return recorder;
  };
}

export function base64({ pieces }: Pick<OutgoingFrame, 'pieces'>): string {
  return Buffer.concat(pieces).toString('base64');
}
