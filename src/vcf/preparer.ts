import type { Envelope } from '../core/envelope.ts';
import type { PreparedEnvelope } from '../core/ports.ts';
import { findCarriers } from './carriers.ts';
import type { Header } from './header/model.ts';
import { parseHeader } from './header/parse.ts';
import { type Annotator, createAnnotator } from './info/annotator.ts';

type Derived = Pick<PreparedEnvelope, 'annotations' | 'carriers'>;

interface Reading {
  readonly header: Buffer;
  readonly samples: readonly string[];
  readonly annotator: Annotator;
}

/** Headers in use at once: a consumer sees the envelopes of a few sources interleaved. */
const KEPT_HEADERS = 8;

/** Derives what the store writes beside the lines: typed columns and carriers. Remembers the headers it has parsed. */
export class Preparer {
  #readings: Reading[] = [];

  /** Takes over a header that was parsed already: one of hundreds of thousands of lines is not parsed and held twice. */
  know(header: Header): void {
    const reading = { header: Buffer.from(header.text), samples: header.samples, annotator: createAnnotator(header) };
    this.#readings = [reading, ...this.#readings.slice(0, KEPT_HEADERS - 1)];
  }

  prepare(envelope: Envelope): PreparedEnvelope {
    const { samples } = this.#reading(envelope.header);
    return { envelope, sampleNames: samples, ...this.derive(envelope.header, envelope.block) };
  }

  /** Typed columns and carriers of a block under a header. The same for the same bytes, so `prove` can ask again. */
  derive(header: Uint8Array, block: Envelope['block']): Derived {
    const { annotator, samples } = this.#reading(header);
    return { annotations: annotator.annotate(block), carriers: findCarriers(block, samples.length) };
  }

  #reading(bytes: Uint8Array): Reading {
    const found = this.#readings.find(({ header }) => header.equals(bytes));
    if (found !== undefined) return found;
    this.know(parseHeader(bytes).header);
    return this.#readings[0]!;
  }
}
