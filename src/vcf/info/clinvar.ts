const PREFIX_LENGTH = 'criteria_provided'.length;

/** Stars of one review status in `bytes[start..end)`. */
function starsOfOne(bytes: Uint8Array, start: number, end: number): number {
  switch (bytes[start]) {
    case 0x70: // practice_guideline
    case 0x67: // guideline (before 2017)
      return 4;
    case 0x72: // reviewed_by_expert_panel
    case 0x65: // exp
      return 3;
    case 0x6d: // mult
      return 2;
    case 0x73: // single
      return 1;
    case 0x63: {
      if (end - start < PREFIX_LENGTH) return 1; // conf
      // criteria_provided,_multiple_submitters… · …,_single_submitter · …,_conflicting_…; VEP writes the comma as &
      for (let at = start + PREFIX_LENGTH; at < end; at++) {
        const byte = bytes[at];
        if (byte === 0x6d) return 2;
        if (byte === 0x73 || byte === 0x63) return 1;
      }
      return 1;
    }
    default:
      return 0; // no_assertion…, no_classification…, no_interpretation…, no_criteria
  }
}

/**
 * Stars of a CLNREVSTAT value, 0 to 4 (https://www.ncbi.nlm.nih.gov/clinvar/docs/review_status/). Several statuses joined by
 * `|` (ClinVar before 2017) give the best.
 */
export function reviewStars(bytes: Uint8Array, start: number, end: number): number {
  // Today's statuses stand alone: `practice…`, `reviewed…`, `criteria…`.
  if (bytes[start] === 0x70 || bytes[start + 1] === 0x65 || bytes[start + 1] === 0x72)
    return starsOfOne(bytes, start, end);
  let stars = 0;
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at] !== 0x7c) continue;
    stars = Math.max(stars, starsOfOne(bytes, from, at));
    from = at + 1;
  }
  return stars;
}

const NUMBERED: Readonly<Record<string, string>> = {
  0: 'Uncertain_significance',
  1: 'not_provided',
  2: 'Benign',
  3: 'Likely_benign',
  4: 'Likely_pathogenic',
  5: 'Pathogenic',
  6: 'drug_response',
  7: 'histocompatibility',
  255: 'other',
};

/** The words for a CLNSIG of ClinVar before 2017, which wrote numbers (`5|255`). */
export function numberedSignificance(text: string): string {
  return text
    .split(/[|,&]/)
    .map((code) => NUMBERED[code] ?? code)
    .filter((word, at, words) => words.indexOf(word) === at)
    .join('|');
}
