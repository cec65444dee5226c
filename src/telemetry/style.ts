import { styleText } from 'node:util';

type Paint = (text: string) => string;

/** Colours for one stream: plain text when it is not a terminal or NO_COLOR is set (FORCE_COLOR overrides). */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly cyan: Paint;
  readonly magenta: Paint;
}

export function createStyle(stream: NodeJS.WritableStream): Style {
  const paint =
    (format: keyof Style): Paint =>
    (text) =>
      text === '' ? '' : styleText(format, text, { stream });
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    blue: paint('blue'),
    cyan: paint('cyan'),
    magenta: paint('magenta'),
  };
}
