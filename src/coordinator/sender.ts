import { VcfAgentError } from '../core/errors.ts';
import type { Cancellable, Clock, OutgoingMessage, PlatformProducer } from '../core/ports.ts';
import type { Deduplicator } from './deduplicator.ts';
import type { Dispatcher, Parcel } from './dispatcher.ts';
import type { FlightRecorder } from './flight.ts';
import type { CoordinatorOptions } from './options.ts';
import { policyFor } from './rollout.ts';

/** `applied`: skipped, the ledger has it. `in flight`: joined to the same envelope under way. `sent again`: carried once more. */
export type DuplicateKind = 'applied' | 'in flight' | 'sent again';

type ParcelRoute = Pick<Parcel, 'topic' | 'tenant' | 'policy'>;

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

  producer(topic: string, tenant: string): PlatformProducer {
    const route: ParcelRoute = { topic, tenant, policy: policyFor(tenant, this.#options) };
    return {
      send: (messages, options = {}) => this.#send(route, messages, options),
      close: async () => undefined,
    };
  }

  async #send(route: ParcelRoute, messages: readonly OutgoingMessage[], options: Cancellable): Promise<void> {
    options.signal?.throwIfAborted();
    const fresh: OutgoingMessage[] = [];
    const deliveries: Promise<void>[] = [];
    // No waiting from here until what is fresh is under way: else the same envelope could begin twice.
    for (const message of await this.#unapplied(messages, options)) {
      const underWay = this.#underWay.get(message.id);
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
  async #unapplied(messages: readonly OutgoingMessage[], options: Cancellable): Promise<readonly OutgoingMessage[]> {
    const { duplicates } = this.#ports;
    if (!messages.some(({ id }) => duplicates.wasDelivered(id))) return messages;
    const applied = await Promise.all(messages.map(({ id }) => this.#isApplied(id, options)));
    return messages.filter((_, index) => !applied[index]);
  }

  async #isApplied(id: string, options: Cancellable): Promise<boolean> {
    const { duplicates, clock, recorder, onDuplicate } = this.#ports;
    if (!duplicates.wasDelivered(id)) return false;
    const applied = await duplicates.isApplied(id, options);
    onDuplicate?.(applied ? 'applied' : 'sent again');
    if (applied) {
      recorder.record({
        kind: 'result',
        atMs: clock.now(),
        envelopes: [id],
        result: 'skipped',
        rounds: 0,
        durationMs: 0,
      });
    }
    return applied;
  }

  async #carry(route: ParcelRoute, messages: readonly OutgoingMessage[], options: Cancellable): Promise<void> {
    const { dispatcher, duplicates } = this.#ports;
    const bytes = messages.reduce((sum, { body }) => sum + body.length, 0);
    this.#checkRoom(messages.length, bytes);
    this.#pendingMessages += messages.length;
    this.#pendingBytes += bytes;
    const parcel: Parcel = { ...route, messages, bytes };
    const carrying = dispatcher.dispatch(parcel, options);
    for (const { id } of messages) this.#underWay.set(id, carrying);
    try {
      await carrying;
      for (const { id } of messages) duplicates.delivered(id);
    } finally {
      for (const { id } of messages) this.#underWay.delete(id);
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
