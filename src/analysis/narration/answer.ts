import type { Narration, Statement } from '../../core/narratives.ts';

/** An answer that is longer was not asked for. */
const MOST = { characters: 20_000, statements: 12, cites: 24 };

/** What a model wrote, by its shape alone; a text says what is wrong with it. */
export function parseAnswer(text: string): Narration | string {
  if (text.length > MOST.characters) return 'the answer is too long';
  const value = jsonIn(text);
  if (!isRecord(value)) return 'the answer is no JSON object';
  const { statements, decisive = null } = value;
  if (!Array.isArray(statements) || statements.length === 0) return 'the answer has no statements';
  if (statements.length > MOST.statements) return `the answer has more than ${MOST.statements} statements`;
  if (decisive !== null && typeof decisive !== 'string') return '"decisive" is no id';
  const read = statements.map(statementIn);
  const wrong = read.find((statement) => typeof statement === 'string');
  return typeof wrong === 'string' ? wrong : { statements: read as readonly Statement[], decisive };
}

/** The first object of the text: some models put it into a fence whatever they are told. */
function jsonIn(text: string): unknown {
  const [begin, end] = [text.indexOf('{'), text.lastIndexOf('}')];
  try {
    return JSON.parse(text.slice(begin, end + 1));
  } catch {
    return undefined;
  }
}

function statementIn(value: unknown): Statement | string {
  if (!isRecord(value) || typeof value.text !== 'string' || value.text.trim() === '') return 'a statement has no text';
  const { text, cites } = value;
  if (!Array.isArray(cites) || cites.length === 0) return 'a statement cites no evidence';
  if (cites.length > MOST.cites || !cites.every((id) => typeof id === 'string')) {
    return 'what a statement cites are no ids';
  }
  return { text, cites: [...new Set(cites as string[])] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
