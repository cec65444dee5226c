import { VcfAgentError } from '../core/errors.ts';

/** A media range of an `Accept`. */
interface Wanted {
  readonly type: string;
  readonly quality: number;
}

/** Ours for JSON, which may name a version. */
const OWN_JSON = /^application\/vnd\.vcf-agent(\.v[\d.]+)?\+json$/;

/** The first of `offers` among those that a client likes best (RFC 9110 §12.5.1). Throws NOT_ACCEPTABLE. */
export function chooseType<T extends string>(accept: string | undefined, offers: readonly [T, ...T[]]): T {
  if (accept === undefined || accept.trim() === '') return offers[0];
  const wanted = accept.split(',').map(parse);
  let best: T | undefined;
  let bestQuality = 0;
  for (const offer of offers) {
    const quality = qualityOf(offer, wanted);
    if (quality > bestQuality) [best, bestQuality] = [offer, quality];
  }
  if (best !== undefined) return best;
  throw new VcfAgentError('NOT_ACCEPTABLE', `none of what Accept names can be given; there is ${offers.join(', ')}`);
}

function parse(range: string): Wanted {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  const value = quality === undefined ? 1 : Number(quality);
  return { type: OWN_JSON.test(type) ? 'application/json' : type, quality: value >= 0 && value <= 1 ? value : 0 };
}

/** That of the most specific range that fits. */
function qualityOf(offer: string, wanted: readonly Wanted[]): number {
  const exact = wanted.find(({ type }) => type === offer);
  const family = wanted.find(({ type }) => type === `${offer.split('/', 1)[0]}/*`);
  const any = wanted.find(({ type }) => type === '*/*');
  return (exact ?? family ?? any)?.quality ?? 0;
}
