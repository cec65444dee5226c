/** A phrase that was taken out of a question. */
export interface Taken {
  readonly text: string;
  /** Groups of the pattern that found it. */
  readonly groups: readonly (string | undefined)[];
  /** It stood behind `not`, `no`, `non-`, `without`, `excluding` or `except`. */
  readonly negated: boolean;
  readonly at: number;
}

const NEGATION =
  /(?:\b(?:not|no|neither|nor|without|excluding|except(?: for)?|absent|missing|isn't|aren't|doesn't|never)(?:\s+(?:a|an|the|any|in|by|for|of|from|either|called|carried|found|present|seen|shared|known as|classified as|reported as))*\s*|\bnon[\s-]?)$/i;

/** Words that carry no meaning of their own here. */
const EMPTY = new Set(
  (
    'a an the of in on at to for by with from and or but any all every each some this that these those which what who whom whose where is are was were be been being ' +
    'do does did has have had having carry carries carried carrying show list find give get tell display me us i you please there here it its their them they ' +
    'variant variants variation variations mutation mutations allele alleles change changes record records sample samples gene genes file files stored store data set ' +
    'can could would should will want see look know known only just also both as than then so if between within inside about around called ' +
    'one ones person people individual individuals patient patients member members found present seen exist exists occur occurs reported kind kinds type types ' +
    'effect effects consequence consequences impact significance frequency population value score level classified classification located lie lies affecting affect affects ' +
    'hit hits my our database now still yet ever share shares shared sharing mean means contain contains hold holds'
  ).split(' '),
);

/** A question from which phrases are taken one after the other, until only empty words are left. */
export class Question {
  readonly #text: string;
  /** The same length as the text; what was taken is blanked out. */
  #left: string;

  constructor(text: string) {
    this.#text = text.normalize('NFKC').replace(/\s+/g, ' ').trim();
    this.#left = this.#text;
  }

  get left(): string {
    return this.#left;
  }

  /** The first place that matches, or undefined. A negation before it goes with it. */
  take(pattern: RegExp): Taken | undefined {
    const match = pattern.exec(this.#left);
    if (match === null || match[0] === '') return undefined;
    const at = match.index;
    const negation = NEGATION.exec(this.#left.slice(0, at));
    const from = negation === null ? at : negation.index;
    const end = at + match[0].length;
    this.#left = `${this.#left.slice(0, from)}${' '.repeat(end - from)}${this.#left.slice(end)}`;
    return { text: this.#text.slice(at, end), groups: match.slice(1), negated: negation !== null, at };
  }

  /** Every place that matches, in their order. */
  takeAll(pattern: RegExp): readonly Taken[] {
    const found: Taken[] = [];
    for (let taken = this.take(pattern); taken !== undefined; taken = this.take(pattern)) found.push(taken);
    return found.sort((a, b) => a.at - b.at);
  }

  has(pattern: RegExp): boolean {
    return pattern.test(this.#left);
  }

  /** Words that nobody took and that are not empty. */
  unknownWords(): readonly string[] {
    return this.#left
      .split(/[\s,;?!.()"“”'’]+/)
      .filter((word) => word !== '' && !EMPTY.has(word.toLowerCase()) && !/^[-–:/&+]+$/.test(word));
  }
}
