import { Buffer } from 'node:buffer';
import type { Problem } from '../../core/problem.ts';
import { parseHeader } from '../header/parse.ts';
import { DEFAULT_LIMITS, type Limits } from '../reader/limits.ts';
import { checkColumnsLine } from './columns-line.ts';
import { LineSplitter, type RawLine } from './line-splitter.ts';
import { checkFirstLine, checkMetaLine, newMetaState } from './meta-line.ts';
import { recordChecker } from './records.ts';
import { Reporter } from './reporter.ts';

/** What does not fit is reported. Default: the limits of the reader. */
export type ValidateBytesOptions = Partial<Limits>;

const LINES_JOINED = 1000;
const BYTE_ORDER_MARK = '\xef\xbb\xbf';
/** VCF 4.3 §1.2: allowed are tab, and line ends where lines end. */
const CONTROL = /[\0-\x08\x0b-\x1f]/;

/**
 * Checks VCF text against its specification, as strictly as its version (4.1 to 4.5) asks, in one pass over decompressed
 * bytes; memory holds the header, one line and small windows. Every problem is given, in line order: stop when you have
 * enough. LF and CR LF are accepted.
 */
export async function* validateBytes(
  chunks: AsyncIterable<Uint8Array>,
  options: ValidateBytesOptions = {},
): AsyncGenerator<Problem> {
  const splitter = new LineSplitter(options.lineBytes ?? DEFAULT_LIMITS.lineBytes);
  const checker = new FileChecker(options.headerBytes ?? DEFAULT_LIMITS.headerBytes);
  for await (const chunk of chunks) {
    for (const line of splitter.push(chunk)) {
      checker.check(line);
      if (checker.reporter.pending) yield* checker.reporter.drain();
    }
    if (checker.done) return;
  }
  for (const line of splitter.end()) checker.check(line);
  checker.end();
  yield* checker.reporter.drain();
}

class FileChecker {
  readonly reporter = new Reporter();
  /** Nothing more can be checked. */
  done = false;
  private readonly meta = newMetaState();
  private readonly headerLines: string[] = [];
  private readonly headerBlocks: string[] = [];
  private headerBytes = 0;
  private line = 0;
  private checkRecord: ((text: string) => void) | undefined;
  private readonly maxHeaderBytes: number;

  constructor(maxHeaderBytes: number) {
    this.maxHeaderBytes = maxHeaderBytes;
  }

  check(raw: RawLine): void {
    if (this.done) return;
    this.line++;
    const text = this.line === 1 && raw.text.startsWith(BYTE_ORDER_MARK) ? raw.text.slice(3) : raw.text;
    this.reporter.startLine(this.line, text);
    if (this.line === 1) checkFirstLine(text, this.meta, this.reporter.report);
    this.checkCharacters(raw, text);
    if (raw.tooLong) return;
    if (this.checkRecord !== undefined) this.checkBody(text, this.checkRecord);
    else this.checkHeader(text);
  }

  end(): void {
    if (this.done || this.checkRecord !== undefined) return;
    this.reporter.startLine(Math.max(this.line, 1), '');
    if (this.line === 0) this.reporter.report('FILE_EMPTY', 0, 'file', 'there is nothing in this file');
    else this.reporter.report('COLUMNS_MISSING', 0, 'header', 'there is no line that starts with #CHROM');
  }

  /** What holds for every line: 4.3 §1.2 and §1.6; before 4.3 the text only says that it is text. */
  private checkCharacters(raw: RawLine, text: string): void {
    const { report } = this.reporter;
    const strict = this.meta.minor >= 3;
    if (raw.tooLong) report('LINE_TOO_LONG', 0, 'line', 'longer than the limit');
    if (text.length !== raw.text.length) {
      report('BYTE_ORDER_MARK', 0, 'file', 'a byte order mark is not allowed', strict ? 'error' : 'warning');
    }
    if (!raw.utf8) {
      const severity = strict || this.checkRecord !== undefined ? 'error' : 'warning';
      report('LINE_NOT_UTF8', 0, 'line', 'bytes that are not UTF-8', severity);
    }
    const control = text.search(CONTROL);
    if (control !== -1) {
      const code = text.charCodeAt(control).toString(16).padStart(2, '0');
      report('LINE_CONTROL_CHARACTER', control, 'line', `the control character 0x${code}`);
    }
    if (!raw.terminated && strict) {
      // Every version from 4.3 on asks for it (4.3 §1.6), but the corpus has a valid file of 4.5 without.
      const severity = this.meta.minor === 3 ? 'error' : 'warning';
      report('FINAL_NEWLINE_MISSING', text.length, 'file', 'the last line must end with a line end', severity);
    }
  }

  private checkHeader(text: string): void {
    const { report } = this.reporter;
    if (text.startsWith('#') && !text.startsWith('##')) {
      checkColumnsLine(text, report);
      this.headerLines.push(text, '');
      const bytes = Buffer.from(this.headerBlocks.splice(0).join('') + this.headerLines.splice(0).join('\n'), 'latin1');
      this.meta.ids.clear();
      const { header } = parseHeader(bytes);
      this.checkRecord = recordChecker(header, text.split('\t').length, this.reporter);
    } else if (text.split('\t').length >= 8) {
      report('COLUMNS_MISSING', 0, 'header', 'records begin without a line that starts with #CHROM');
      this.done = true;
    } else if (text === '') {
      report('LINE_BLANK', 0, 'line', 'an empty line');
    } else {
      if (this.line > 1) checkMetaLine(text, this.meta, report);
      if (text.startsWith('##')) this.keepHeaderLine(text);
    }
  }

  private keepHeaderLine(text: string): void {
    this.headerLines.push(text);
    // Few long strings take less memory than very many short ones.
    if (this.headerLines.length >= LINES_JOINED) this.headerBlocks.push(`${this.headerLines.splice(0).join('\n')}\n`);
    this.headerBytes += text.length + 1;
    if (this.headerBytes <= this.maxHeaderBytes) return;
    this.reporter.report('HEADER_TOO_LONG', 0, 'header', `the header is longer than ${this.maxHeaderBytes} bytes`);
    this.done = true;
  }

  private checkBody(text: string, checkRecord: (text: string) => void): void {
    const { report } = this.reporter;
    if (text === '') report('LINE_BLANK', 0, 'line', 'an empty line');
    else if (text.startsWith('#')) report('META_AFTER_COLUMNS', 0, 'header', 'header lines end with the #CHROM line');
    else checkRecord(text);
  }
}
