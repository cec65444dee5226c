/**
 * Follows deliveries that finish in any order and knows how far everything is delivered without a gap. A checkpoint may
 * only move there: one that covers an envelope whose send was never acknowledged loses it at the next kill.
 */
export class DeliveryTracker<Progress> {
  readonly #waiting: { readonly progress: Progress; delivered: boolean }[] = [];

  /** A delivery begins. `progress` is where its source stands once this and all before it are delivered. */
  begin(progress: Progress): { delivered(): Progress | undefined } {
    const entry = { progress, delivered: false };
    this.#waiting.push(entry);
    return {
      /** Its acknowledgement is here. Gives the progress that is now safe, if it moved. */
      delivered: () => {
        entry.delivered = true;
        let safe: Progress | undefined;
        while (this.#waiting[0]?.delivered === true) safe = this.#waiting.shift()?.progress;
        return safe;
      },
    };
  }
}
