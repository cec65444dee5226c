/** The only place that names the adapters of projections. */
export const OPENERS = {} as const;

export type Openers = typeof OPENERS;
