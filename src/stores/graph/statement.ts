import { VcfAgentError } from '../../core/errors.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

export type Parameters = Readonly<Record<string, JsonValue>>;

/** No clause but these may begin a statement. */
const FIRST_WORDS = new Set(['MATCH', 'OPTIONAL', 'UNWIND', 'WITH', 'RETURN']);

/**
 * Words of every clause and statement that does anything but read the graph. The database's own answer does not do: to it
 * COPY … TO a file, LOAD FROM a file, ATTACH, CALL, EXPORT and CHECKPOINT only read, and a database that is open for reading
 * runs them (measured with 0.19.1).
 */
const REFUSED_WORDS = new Set(
  `ALTER ATTACH BEGIN CALL CHECKPOINT COMMENT COMMIT COPY CREATE DELETE DETACH DROP EXPLAIN EXPORT EXTENSION FORCE IMPORT
   INSTALL LOAD MACRO MERGE NEXTVAL PROFILE PROJECT_GRAPH REMOVE ROLLBACK SET TRANSACTION UNINSTALL UPDATE USE`.split(
    /\s+/,
  ),
);

const MAX_CHARACTERS = 20_000;

/** One token, from where the last ended. Only ASCII outside of texts: nothing that looks like a letter and is another. */
const TOKEN =
  /(?<space>[ \t\r\n]+|\/\/[^\r\n]*|\/\*.*?\*\/)|(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<name>`[A-Za-z_][A-Za-z0-9_]*`)|(?<parameter>\$[A-Za-z_][A-Za-z0-9_]*)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>(?:\d+\.\d+|\d+)(?:[eE][+-]?\d+)?)|(?<sign><=|>=|<>|=~|\.\.|\/(?![*/])|[()[\]{},.:;|=<>+\-*%^])/suy;

/**
 * Takes a statement apart into tokens and writes it anew from them, so that what is checked and what the database reads cannot
 * be two things: comments are gone, texts are written in one way, only ASCII is left outside of them. Values stand in the place
 * of `$name`: with its own parameters the database answered wrongly (docs/graph.md). Throws USAGE, saying where, for what is
 * not one statement that reads: see REFUSED_WORDS.
 */
export function checkStatement(statement: string, parameters: Parameters = {}): string {
  if (statement.length > MAX_CHARACTERS) throw refused(`it is longer than ${MAX_CHARACTERS} characters`);
  const parts: string[] = [];
  let isOver = false;
  for (let at = 0; at < statement.length; ) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(statement);
    if (found === null) throw refused(`character ${at + 1} is not understood: ${shown(statement, at)}`);
    const { space, text, word, parameter } = found.groups!;
    const [token] = found;
    at += token.length;
    if (space !== undefined) {
      if (parts.length > 0) parts.push(' ');
      continue;
    }
    if (isOver) throw refused('there is more after the ;');
    if (token === ';') {
      isOver = true;
      continue;
    }
    if (word !== undefined) checkWord(word, parts.length === 0);
    else if (parts.length === 0) throw refused(startsWith(token));
    if (text !== undefined) parts.push(` ${textLiteral(textValue(text))} `);
    else if (parameter !== undefined) parts.push(` ${parameterValue(parameter.slice(1), parameters)} `);
    else parts.push(token);
  }
  if (parts.length === 0) throw refused('it is empty');
  return parts.join('').trimEnd();
}

function parameterValue(name: string, parameters: Parameters): string {
  if (!Object.hasOwn(parameters, name)) throw refused(`$${name} has no value`);
  return literal(parameters[name]!);
}

function literal(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value).toUpperCase();
  if (typeof value === 'string') return textLiteral(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  throw refused('a parameter is a text, a number, true, false, null or a list of these');
}

/** A text as the database reads it; only these two characters mean something in it. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}

function checkWord(word: string, isFirst: boolean): void {
  const upper = word.toUpperCase();
  if (REFUSED_WORDS.has(upper)) throw refused(`${upper} is no part of reading the graph`);
  if (isFirst && !FIRST_WORDS.has(upper)) throw refused(startsWith(word));
}

function startsWith(token: string): string {
  return `it begins with ${token}, not with ${[...FIRST_WORDS].join(', ')}`;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function textValue(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\(.)/gsu, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}

function shown(statement: string, at: number): string {
  return JSON.stringify(String.fromCodePoint(statement.codePointAt(at)!));
}

function refused(why: string): VcfAgentError {
  return new VcfAgentError('USAGE', `the graph takes one Cypher statement that reads: ${why}`);
}
