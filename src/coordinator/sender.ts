import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformProducer } from '../core/ports.ts';
import { type AppliedLedger, type Deduplicator, isApplied, keyOf } from './deduplicator.ts';
import type { Dispatcher, Parcel } from './dispatcher.ts';
import type { FlightRecorder } from './flight.ts';
import type { CoordinatorOptions } from './options.ts';
import { policyFor } from './rollout.ts';

/** `applied`: skipped, the ledger has it. `in flight`: joined to the same envelope under way. `sent again`: carried once more. */
export type DuplicateKind = 'applied' | 'in flight' | 'sent again';

type ParcelRoute = Pick<Parcel, 'topic' | 'tenant' | 'policy'>;

export interface SendingOptions {
  /** Decides the part of a rollout or an experiment that its envelopes have. */
  readonly tenant: string;
  /** Of that tenant, for a topic whose envelopes end in the ledger. Left out: nothing is ever skipped. */
  readonly ledger?: AppliedLedger | undefined;
}

export interface SenderPorts {
  readonly clock: Clock;
  readonly recorder: FlightRecorder;
  readonly dispatcher: Dispatcher;
  readonly duplicates: Deduplicator;
  readonly onDuplicate?: ((kind: DuplicateKind) => void) | undefined;
}

/** Where envelopes come in: duplicates are told from new ones, and no more is taken than can be held. */
export class Sender {
  readonly #options: CoordinatorOptions;
  readonly #ports: SenderPorts;
  readonly #underWay = new Map<string, Promise<void>>();
  #pendingMessages = 0;
  #pendingBytes = 0;

  constructor(options: CoordinatorOptions, ports: SenderPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  get pendingMessages(): number {
    return this.#pendingMessages;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  producer(topic: string, { tenant, ledger }: SendingOptions): PlatformProducer {
    const route: ParcelRoute = { topic, tenant, policy: policyFor(tenant, this.#options) };
    return {
      send: async (messages, options = {}) => {
        options.signal?.throwIfAborted();
        await this.#send(route, ledger ? await this.#unapplied(topic, messages, ledger, options) : messages, options);
      },
      close: async () => undefined,
    };
  }

  /** Does not wait before what is fresh is under way: else the same envelope could begin twice. */
  async #send(route: ParcelRoute, messages: readonly OutgoingMessage[], options: Cancellable): Promise<void> {
    const fresh: OutgoingMessage[] = [];
    const deliveries: Promise<void>[] = [];
    for (const message of messages) {
      const underWay = this.#underWay.get(keyOf(route.topic, message.id));
      if (underWay === undefined) fresh.push(message);
      else {
        this.#ports.onDuplicate?.('in flight');
        // That delivery may end with its own caller's patience; then this one's begins.
        deliveries.push(underWay.catch(() => this.#send(route, [message], options)));
      }
    }
    if (fresh.length > 0) deliveries.push(this.#carry(route, fresh, options));
    await Promise.all(deliveries);
  }

  /** Without those that the ledger has. Only ids that this process has delivered before are worth asking for. */
  async #unapplied(
    topic: string,
    messages: readonly OutgoingMessage[],
    ledger: AppliedLedger,
    options: Cancellable,
  ): Promise<readonly OutgoingMessage[]> {
    const known = messages.filter(({ id }) => this.#ports.duplicates.wasDelivered(topic, id));
    if (known.length === 0) return messages;
    const applied = new Set<string>();
    await Promise.all(
      known.map(async ({ id }) => {
        if (await isApplied(ledger, id, options)) applied.add(id);
        this.#ports.onDuplicate?.(applied.has(id) ? 'applied' : 'sent again');
      }),
    );
    this.#noteSkipped([...applied]);
    return messages.filter(({ id }) => !applied.has(id));
  }

  #noteSkipped(envelopes: readonly string[]): void {
    if (envelopes.length === 0) return;
    const { recorder, clock } = this.#ports;
    recorder.record({ kind: 'result', atMs: clock.now(), envelopes, result: 'skipped', rounds: 0, durationMs: 0 });
  }

  async #carry(route: ParcelRoute, messages: readonly OutgoingMessage[], options: Cancellable): Promise<void> {
    const { dispatcher, duplicates } = this.#ports;
    const bytes = messages.reduce((sum, { body }) => sum + body.length, 0);
    this.#checkRoom(messages.length, bytes);
    this.#pendingMessages += messages.length;
    this.#pendingBytes += bytes;
    const parcel: Parcel = { ...route, messages, bytes };
    const carrying = dispatcher.dispatch(parcel, options);
    for (const { id } of messages) this.#underWay.set(keyOf(route.topic, id), carrying);
    try {
      await carrying;
      for (const { id } of messages) duplicates.delivered(route.topic, id);
    } finally {
      for (const { id } of messages) this.#underWay.delete(keyOf(route.topic, id));
      this.#pendingMessages -= messages.length;
      this.#pendingBytes -= bytes;
    }
  }

  /** What is larger than the bound goes alone. */
  #checkRoom(messages: number, bytes: number): void {
    const { maxPendingMessages, maxPendingBytes } = this.#options;
    if (this.#pendingMessages === 0) return;
    if (this.#pendingMessages + messages <= maxPendingMessages && this.#pendingBytes + bytes <= maxPendingBytes) return;
    const text = `${this.#pendingMessages} envelopes are on their way already`;
    throw new VcfAgentError('OVERLOADED', text, { retryable: true });
  }
}
