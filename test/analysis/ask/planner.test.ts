import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EXAMPLES } from '../../../src/analysis/ask/plan.ts';
import { planQuestion } from '../../../src/analysis/ask/planner.ts';
import { parseFilter } from '../../../src/core/filter-parser.ts';
import { QUESTIONS, REFUSED, VOCABULARY } from './questions.ts';

describe('planQuestion', () => {
  for (const [question, ...steps] of QUESTIONS) {
    test(`should plan: ${question}`, () => {
      const plan = planQuestion(question, VOCABULARY);
      assert.deepEqual('steps' in plan ? plan.steps : plan, steps);
    });
  }

  for (const [question, reason] of REFUSED) {
    test(`should not guess: ${question.slice(0, 60)}`, () => {
      const plan = planQuestion(question, VOCABULARY);
      assert.ok('words' in plan, JSON.stringify(plan));
      assert.match(`${plan.words.join(' ')} ${plan.reason}`, reason);
    });
  }

  test('should understand at least sixty questions, with filters that parse', () => {
    assert.ok(QUESTIONS.length >= 60, String(QUESTIONS.length));
    for (const [, ...steps] of QUESTIONS) {
      for (const { input } of steps) if (typeof input.filter === 'string') parseFilter(input.filter);
    }
  });

  test('should understand its own examples', () => {
    for (const example of EXAMPLES) assert.ok('steps' in planQuestion(example, VOCABULARY), example);
  });

  test('should mean the same whatever the case, and with or without a mark at the end', () => {
    for (const [question, ...steps] of QUESTIONS) {
      if (!/^[a-z ]+\?$/.test(question)) continue;
      const plan = planQuestion(`  ${question.charAt(0).toUpperCase()}${question.slice(1, -1)} `, VOCABULARY);
      assert.deepEqual('steps' in plan ? plan.steps : plan, steps);
    }
  });

  test('should never make a filter out of a name, whatever it is called', () => {
    for (const name of ['a or carrier=b', 'x" or gene="y', "o'hara", 'p(1)', '-n']) {
      const vocabulary = { samples: [name], files: [{ name: 'f.vcf', samples: [name] }] };
      const plan = planQuestion(`pathogenic variants of ${name}`, vocabulary);
      if (!('steps' in plan)) continue;
      const filter = parseFilter(String(plan.steps[0]?.input.filter));
      assert.equal(filter.kind, 'and');
      const [, carrier] = filter.kind === 'and' ? filter.terms : [];
      assert.deepEqual(carrier, { kind: 'compare', field: { kind: 'carrier' }, op: '=', value: name });
    }
  });
});
