import { Buffer } from 'node:buffer';
import type { Problem, Severity } from '../../core/problem.ts';
import { PROBLEM_CODES, type ProblemCode } from './codes.ts';

/** A line of nothing but mistakes must not cost memory: after this many, its further ones are not said. */
const MAX_PROBLEMS_PER_LINE = 100;

/** A position in a line as the rules see it: an offset in bytes, which is what a latin1 string is indexed by. */
export type Report = (code: ProblemCode, at: number, field: string, message: string, severity?: Severity) => void;

/** Collects problems of the current line; the driver drains it. Rules call `report`. */
export class Reporter {
  private readonly problems: Problem[] = [];
  private line = 0;
  private text = '';
  private onLine = 0;
  private lastAt = 0;
  private lastColumn = 1;

  /** @param text the line as latin1: one character a byte. */
  startLine(line: number, text: string): void {
    this.line = line;
    this.text = text;
    this.onLine = 0;
    this.lastAt = 0;
    this.lastColumn = 1;
  }

  readonly report: Report = (code, at, field, message, severity = PROBLEM_CODES[code].severity) => {
    if (this.onLine++ >= MAX_PROBLEMS_PER_LINE) return;
    this.problems.push({ code, severity, line: this.line, column: this.columnOf(at), field, message });
  };

  /** The current line has as many problems as are said: further checks of it are in vain. */
  readonly full = (): boolean => this.onLine >= MAX_PROBLEMS_PER_LINE;

  /** There is something to drain. */
  get pending(): boolean {
    return this.problems.length > 0;
  }

  /** Hands over what was collected since the last call. */
  drain(): readonly Problem[] {
    return this.problems.splice(0);
  }

  /** 1-based column in characters: bytes that continue a UTF-8 character are not counted. Goes on from the last one asked for. */
  private columnOf(at: number): number {
    if (at < this.lastAt) {
      this.lastAt = 0;
      this.lastColumn = 1;
    }
    for (; this.lastAt < at && this.lastAt < this.text.length; this.lastAt++) {
      if ((this.text.charCodeAt(this.lastAt) & 0xc0) !== 0x80) this.lastColumn++;
    }
    return this.lastColumn;
  }
}

/** Text of the file inside a message: decoded, short, in quotes. Never used for sample names or genotypes. */
export function quote(latin1: string): string {
  const text = Buffer.from(latin1.slice(0, 200), 'latin1').toString('utf8');
  return text.length > 40 ? `"${text.slice(0, 40)}…"` : `"${text}"`;
}
