import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkNarration, SENTENCE_RULES } from '../../../src/analysis/narration/check/check.ts';
import { subjectOf } from '../../../src/analysis/narration/subject.ts';
import type { Narration, NarrationSubject, Statement } from '../../../src/core/narratives.ts';
import { CLASSES } from '../../../src/core/verdicts.ts';
import { population, variantWith } from '../acmg/given.ts';
import { judged } from './subjects.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 500);
const GENES = ['BRCA1', 'MYH7', 'CFTR', 'TP53', 'SCN5A', 'HLA-B', 'C9orf72', 'MET', 'KIT'];
const CONSEQUENCES = [
  'stop_gained',
  'missense_variant',
  'frameshift_variant',
  'synonymous_variant',
  'inframe_deletion',
];

/** Judged by the very rules: what there is to narrate is what a file would give. */
const subject: fc.Arbitrary<NarrationSubject> = fc
  .record({
    gene: fc.constantFrom(...GENES),
    consequence: fc.constantFrom(...CONSEQUENCES),
    revel: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
    frequency: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
    exon: fc.integer({ min: 1, max: 60 }),
    position: fc.integer({ min: 1, max: 3000 }),
    clinvar: fc.option(fc.constantFrom('Pathogenic', 'Likely_benign', 'Uncertain_significance'), { nil: undefined }),
  })
  .map(({ gene, consequence, revel, frequency, exon, position, clinvar }) => {
    const transcript = {
      gene,
      inEveryTranscript: true,
      exon: { number: exon, of: 61 },
      hgvsC: `NM_000001.1:c.${position}G>A`,
      proteinPosition: position,
      proteinLength: 4000,
    };
    const evidence = variantWith(consequence, transcript, {
      revel: revel === undefined ? undefined : revel / 1000,
      populations: frequency === undefined ? [] : [population(frequency / 1e6, 250_000)],
    });
    return subjectOf(judged(evidence, clinvar && { significance: clinvar, stars: 2, id: '7' }));
  });

const fieldOf = ({ evidence }: NarrationSubject, id: string) => evidence.find((item) => item.id === id)?.value ?? '';
const metIn = ({ evidence }: NarrationSubject) =>
  evidence.filter(({ id, text }) => /^[PB][VSMPA]+\d$/.test(id) && text.startsWith('met'));

/** Every true thing that the templates know to say. */
function truths(of: NarrationSubject): readonly Statement[] {
  const own = of.class;
  return [
    { text: `The class is ${own}.`, cites: ['class'] },
    { text: `The rules put it in ${own} with ${of.points} points.`, cites: ['class', 'points'] },
    { text: `The change lies in the gene ${of.gene}.`, cites: ['gene'] },
    { text: `It is at ${fieldOf(of, 'hgvsC')}, exon ${fieldOf(of, 'exon')}.`, cites: ['hgvsC', 'exon'] },
    { text: `The annotation calls it ${fieldOf(of, 'consequence')}.`, cites: ['consequence'] },
    ...metIn(of).map(({ id, value }) => ({ text: `${id} is met with ${value} points.`, cites: [id] })),
    ...of.evidence
      .filter(({ text }) => text.startsWith('not met'))
      .map(({ id }) => ({ text: `${id} is not met.`, cites: [id] })),
    ...(fieldOf(of, 'revel') === '' ? [] : [{ text: `REVEL is ${fieldOf(of, 'revel')}.`, cites: ['revel'] }]),
    ...(fieldOf(of, 'clinvar') === ''
      ? []
      : [{ text: `ClinVar says: ${String(fieldOf(of, 'clinvar')).replaceAll('_', ' ')}.`, cites: ['clinvar'] }]),
  ];
}

const narration: fc.Arbitrary<{ readonly of: NarrationSubject; readonly said: readonly Statement[] }> = subject.chain(
  (of) =>
    fc.record({ of: fc.constant(of), said: fc.shuffledSubarray([...truths(of)], { minLength: 1, maxLength: 8 }) }),
);

/** One thing that is not so, put into a statement. By the rule that has to see it; `cites` by none of the sentence's. */
type Lie = (of: NarrationSubject, salt: number) => Statement;

const pick = <T>(from: readonly T[], salt: number): T => from[salt % from.length]!;

const LIES: Readonly<Record<string, readonly Lie[]>> = {
  class: [
    (of, salt) => ({
      text: `The class is ${pick(
        CLASSES.filter((one) => one !== of.class),
        salt,
      )}.`,
      cites: ['class'],
    }),
    (of) => ({ text: `The class is not ${of.class}.`, cites: ['class'] }),
    (of) => ({ text: `The class is probably ${of.class}.`, cites: ['class'] }),
    (_of, salt) => ({
      text: pick(['It is a VUS.', 'Clearly pathogenic.', 'A non-benign change.', 'Class 4.'], salt),
      cites: ['class'],
    }),
    (of) => ({
      text: `ClinVar says: ${fieldOf(of, 'clinvar') === 'Pathogenic' ? 'Benign' : 'Pathogenic'}.`,
      cites: ['clinvar', 'class'].filter((id) => fieldOf(of, id) !== ''),
    }),
  ],
  criteria: [
    (of) => {
      const [item] = of.evidence.filter(({ text }) => text.startsWith('not met'));
      return { text: `${item!.id} is met.`, cites: [item!.id] };
    },
    (of) => {
      const { id, value } = metIn(of)[0] ?? { id: 'points', value: of.points };
      return {
        text: id === 'points' ? 'PS4 is met.' : `${id} is met with ${Number(value) === 1 ? 2 : 1} points.`,
        cites: [id, 'points'],
      };
    },
  ],
  terms: [
    (_of, salt) => ({
      text: `It is ${pick(['homozygous', 'de novo', 'harmful', 'known to cause cancer', 'inherited', 'worth a treatment'], salt)}.`,
      cites: ['variant', 'class'],
    }),
    () => ({ text: 'Several studies say so.', cites: ['points'] }),
  ],
  denials: [
    () => ({ text: 'It is not so.', cites: ['class'] }),
    (of) => ({ text: `It does not lie in ${of.gene}.`, cites: ['gene'] }),
  ],
  names: [
    (of, salt) => ({
      text: `It lies in ${pick(
        GENES.filter((gene) => gene !== of.gene),
        salt,
      )}.`,
      cites: ['gene'],
    }),
    (of) => ({ text: `It lies in ${of.gene}L2.`, cites: ['gene'] }),
    (of, salt) => ({
      text: `It is at ${String(fieldOf(of, 'hgvsC')).replace(/c\.\d+/, `c.${5000 + salt}`)}.`,
      cites: ['hgvsC'],
    }),
    (_of, salt) => ({ text: `The sum is ${100 + salt} points.`, cites: ['points'] }),
    (_of, salt) => ({ text: `It is rs${salt}.`, cites: ['variant'] }),
  ],
};

const lie = (rule: string) =>
  fc.record({ told: narration, at: fc.nat(7), salt: fc.nat(1000), which: fc.nat(LIES[rule]!.length - 1) });

type Drawn = typeof lie extends (rule: string) => fc.Arbitrary<infer D> ? D : never;

function withLie(rule: string, { told, at, salt, which }: Drawn): Narration {
  const statements = [...told.said];
  statements.splice(at % (statements.length + 1), 0, LIES[rule]![which]!(told.of, salt));
  return { statements, decisive: null };
}

describe('the checker of narrations, on drawn evidence', () => {
  test('should hear every true statement of the templates', () => {
    fc.assert(
      fc.property(narration, ({ of, said }) => {
        const checked = checkNarration({ statements: said, decisive: null }, of);
        assert.equal(checked.ok, true, checked.ok ? '' : checked.reason);
      }),
      { numRuns: RUNS },
    );
  });

  for (const rule of Object.keys(SENTENCE_RULES)) {
    test(`should refuse what has one lie in it that the rule "${rule}" is for`, () => {
      fc.assert(
        fc.property(lie(rule), (drawn) => assert.equal(checkNarration(withLie(rule, drawn), drawn.told.of).ok, false)),
        { numRuns: RUNS },
      );
    });

    test(`should be caught by this very test when the rule "${rule}" is left out`, () => {
      const rest = Object.entries(SENTENCE_RULES).flatMap(([name, one]) => (name === rule ? [] : [one]));
      const details = fc.check(
        fc.property(lie(rule), (drawn) => !checkNarration(withLie(rule, drawn), drawn.told.of, rest).ok),
        { numRuns: RUNS },
      );
      assert.equal(details.failed, true);
    });
  }

  test('should refuse what cites evidence that is not there, and never throw, whatever is cited', () => {
    fc.assert(
      fc.property(narration, fc.string({ unit: 'binary' }), ({ of, said }, id) => {
        fc.pre(!of.evidence.some((item) => item.id === id));
        const statements = [...said, { text: 'PVS1 is met.', cites: [id] }];
        assert.equal(checkNarration({ statements, decisive: null }, of).ok, false);
        assert.equal(checkNarration({ statements: said, decisive: id }, of).ok, false);
      }),
      { numRuns: RUNS },
    );
  });

  test('should give back nothing but printable ASCII, and never throw, whatever is said', () => {
    fc.assert(
      fc.property(subject, fc.string({ unit: 'binary', maxLength: 60 }), (of, text) => {
        const checked = checkNarration({ statements: [{ text, cites: ['class', 'gene', 'PM2'] }], decisive: null }, of);
        if (checked.ok) for (const said of checked.narration.statements) assert.match(said.text, /^[ -~]+$/);
      }),
      { numRuns: RUNS },
    );
  });
});
