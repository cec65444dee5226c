/**
 * The transactions under way, two at most: while one writes its blocks and waits for its disk, the next writes its rows. The
 * commits behind them keep their order.
 */
export class Writing {
  /** The latest has rows to write. */
  busy = false;
  #rows: Promise<void> = Promise.resolve();
  #before: Promise<void> = Promise.resolve();
  #latest: Promise<void> = Promise.resolve();
  #committed: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** `apply` is given the commits before it, and what to call when its rows are written; it resolves with its own commit. */
  begin(apply: (committed: Promise<unknown>, onRows: () => void) => Promise<() => Promise<void>>): void {
    const { promise: rows, resolve } = Promise.withResolvers<void>();
    const onRows = () => {
      if (this.#rows === rows) this.busy = false;
      resolve();
    };
    const before = this.#committed;
    this.busy = true;
    this.#rows = rows;
    this.#before = this.#latest;
    const applying = apply(before, onRows);
    this.#latest = applying.then(
      () => onRows(),
      (error) => {
        this.#failure ??= { error };
        onRows();
      },
    );
    this.#committed = Promise.all([applying, before]).then(([commit]) => commit());
    this.#committed.catch((error) => {
      this.#failure ??= { error };
    });
  }

  /** Resolves when the next may begin; rejects when a transaction, or any commit so far, failed. */
  async ready(): Promise<void> {
    await Promise.all([this.#rows, this.#before]);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Resolves when everything is applied and committed. */
  async end(): Promise<void> {
    await Promise.all([this.#before, this.#latest]);
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.#committed;
  }
}
