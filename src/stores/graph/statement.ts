import { VcfAgentError } from '../../core/errors.ts';

/** A statement as it may be handed to the database: written anew from its tokens, its texts as parameters. */
export interface CheckedStatement {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** No clause but these may begin a statement. */
const FIRST_WORDS = new Set(['MATCH', 'OPTIONAL', 'UNWIND', 'WITH', 'RETURN']);

/**
 * Words of every clause and statement that does anything but read the graph. The database's own answer does not do: to it
 * COPY … TO a file, LOAD FROM a file, ATTACH, CALL, EXPORT and CHECKPOINT only read, and a database that is open for reading
 * runs them (measured with 0.19.1).
 */
const REFUSED_WORDS = new Set(
  `ALTER ATTACH BEGIN CALL CHECKPOINT COMMENT COMMIT COPY CREATE DELETE DETACH DROP EXPLAIN EXPORT EXTENSION FORCE GRAPH
   HEADERS IMPORT INSTALL LOAD MACRO MERGE NEXTVAL PROFILE PROJECT_GRAPH REMOVE ROLLBACK SEQUENCE SET TRANSACTION TYPE
   UNINSTALL UPDATE USE`.split(/\s+/),
);

const MAX_CHARACTERS = 20_000;

/** One token, from where the last ended. Only ASCII outside of texts: nothing that looks like a letter and is another. */
const TOKEN =
  /(?<space>[ \t\r\n]+|\/\/[^\r\n]*|\/\*.*?\*\/)|(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<name>`[A-Za-z_][A-Za-z0-9_]*`)|(?<parameter>\$[A-Za-z_][A-Za-z0-9_]*)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>(?:\d+\.\d+|\d+)(?:[eE][+-]?\d+)?)|(?<sign><=|>=|<>|=~|\.\.|[()[\]{},.:;|=<>+\-*/%^])/suy;

/** Name of the parameter that stands for a text; a user's own may not begin so. */
const TEXT_PARAMETER = '__text_';

/**
 * Takes a statement apart into tokens and writes it anew from them, so that what is checked and what the database reads cannot
 * be two things: comments are gone, texts are parameters, only ASCII is left. Throws USAGE, saying where, for what is not one
 * statement that reads: see REFUSED_WORDS.
 */
export function checkStatement(statement: string): CheckedStatement {
  if (statement.length > MAX_CHARACTERS) throw refused(`it is longer than ${MAX_CHARACTERS} characters`);
  const parts: string[] = [];
  const parameters: Record<string, string> = {};
  let isOver = false;
  for (let at = 0; at < statement.length; ) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(statement);
    if (found === null) throw refused(`character ${at + 1} is not understood: ${shown(statement, at)}`);
    const { space, text, word, parameter } = found.groups!;
    const [token] = found;
    at += token.length;
    if (space !== undefined) continue;
    if (isOver) throw refused('there is more after the ;');
    if (token === ';') {
      isOver = true;
      continue;
    }
    if (parameter?.startsWith(`$${TEXT_PARAMETER}`)) throw refused(`${parameter} is a name of ours`);
    if (word !== undefined) checkWord(word, parts.length === 0);
    if (parts.length === 0 && word === undefined) throw refused(startsWith(token));
    if (text === undefined) parts.push(token);
    else {
      const name = `${TEXT_PARAMETER}${Object.keys(parameters).length}`;
      parameters[name] = textValue(text);
      parts.push(`$${name}`);
    }
  }
  if (parts.length === 0) throw refused('it is empty');
  return { text: joined(parts), parameters };
}

function checkWord(word: string, isFirst: boolean): void {
  const upper = word.toUpperCase();
  if (REFUSED_WORDS.has(upper)) throw refused(`${upper} is no part of reading the graph`);
  if (isFirst && !FIRST_WORDS.has(upper)) throw refused(startsWith(word));
}

function startsWith(token: string): string {
  return `it begins with ${token}, not with ${[...FIRST_WORDS].join(', ')}`;
}

/** Signs that a space would cut in two stand together: `<-[`, `]->`, `..`. */
function joined(parts: readonly string[]): string {
  const isSign = (part: string | undefined) => part !== undefined && /^[<>\-[\](){}.|:*]/.test(part);
  return parts.reduce(
    (text, part, i) => text + (i === 0 || (isSign(part) && isSign(parts[i - 1])) ? '' : ' ') + part,
    '',
  );
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
