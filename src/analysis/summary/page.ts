import { escapeHtml } from './escape-html.ts';

/** What every page of ours looks like; `.cards` flows its sections in columns, as many as fit. */
const STYLE = `
:root{--ink:#1c2330;--soft:#5d6778;--line:#dde2ea;--paper:#fff;--panel:#f7f9fb;--s0:#2f6db5;--s1:#e08a2c;--s2:#b3402f;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ef;--soft:#9aa5b6;--line:#343c4a;--paper:#14181f;--panel:#1b212b;--s0:#6aa5e8;--s1:#f0a653;--s2:#ef8674}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:1240px;font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{margin:0;font-size:1.5rem;overflow-wrap:anywhere}h2{margin:0 0 .6rem;font-size:1rem}
p{margin:.2rem 0;color:var(--soft)}.remark{color:var(--s1)}
.cards{columns:2 420px;column-gap:1rem;margin-top:1.2rem}
section{padding:1rem;margin:0 0 1rem;border:1px solid var(--line);border-radius:8px;background:var(--panel);overflow-x:auto;break-inside:avoid}
.wide{column-span:all}
svg{display:block;width:100%;height:auto}svg .axis{font-size:11px;fill:var(--soft)}svg .grid{stroke:var(--line)}
.s0{fill:var(--s0);background:var(--s0)}.s1{fill:var(--s1);background:var(--s1)}.s2{fill:var(--s2);background:var(--s2)}
.key{display:inline-block;width:.7em;height:.7em;margin:0 .3em 0 .9em;border-radius:2px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{padding:.15rem .5rem;text-align:right;border-bottom:1px solid var(--line);font-weight:400}
th{color:var(--soft)}td:first-child,th:first-child{text-align:left;overflow-wrap:anywhere}
td.bar{width:35%;padding-right:0}td.bar i{display:block;height:.8em;border-radius:2px}
@media (max-width:600px){body{padding:1rem}svg .axis{font-size:15px}}
@media print{.cards{columns:2 240px}:root{--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--panel:#fff;--s0:#2f6db5;--s1:#e08a2c;--s2:#b3402f;color-scheme:light}
body{padding:0;max-width:none;font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}tr{break-inside:avoid}h1,h2,h3{break-after:avoid}}
`;

/** `body` is markup: whatever a file says has been escaped in it. */
export interface Page {
  readonly title: string;
  readonly body: string;
  /** After our own style. */
  readonly style?: string;
}

/**
 * A whole document with its style and pictures in it. It runs nothing and may load nothing (its policy forbids both), so it
 * opens offline and from a mail.
 */
export function renderPage({ title, body, style = '' }: Page): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<meta name="viewport" content="width=device-width,initial-scale=1"><style>${STYLE}${style}</style></head>`,
    `<body>${body}</body></html>`,
    '',
  ].join('\n');
}
