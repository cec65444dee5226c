/** Work of one lane is done in turn, whatever became of the work before it. */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>();

  async inTurn<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(lane) ?? Promise.resolve()).then(work);
    const done = turn.catch(() => {});
    this.#last.set(lane, done);
    try {
      return await turn;
    } finally {
      if (this.#last.get(lane) === done) this.#last.delete(lane);
    }
  }
}
