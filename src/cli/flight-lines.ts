import type { Explanation } from '../app/explain.ts';
import type { Style } from '../telemetry/style.ts';
import { count, plural, printable } from './format.ts';

type FlightEvent = Explanation['flights'][number];
type Decision = Extract<FlightEvent, { kind: 'decision' }>;
type Attempt = Extract<FlightEvent, { kind: 'attempt' }>;
type Result = Extract<FlightEvent, { kind: 'result' }>;

const INDENT = ' '.repeat(27);

/** The way of one envelope, a line for each thing that happened, for people; of more than `most` events the first and the last. */
export function explanationLines(
  { envelopeId, flights, letters, applied }: Explanation,
  { style, most }: { readonly style: Style; readonly most: number },
): string[] {
  const { bold, dim, yellow, green, red } = style;
  const lines = [`${bold('envelope')} ${envelopeId}`];
  if (applied !== undefined) {
    const { fileName, fileId, firstOrdinal, lastOrdinal, variantCount, rejectedCount } = applied;
    const rejected = rejectedCount === 0 ? '' : `, ${count(rejectedCount)} rejected`;
    const records = `records ${count(firstOrdinal)} to ${count(lastOrdinal)}`;
    lines.push(`  ${printable(fileName)} (file ${fileId}), ${records}, ${plural(variantCount, 'variant')}${rejected}`);
  }
  const hidden = Math.max(0, flights.length - most);
  const from = Math.ceil((flights.length - hidden) / 2);
  for (const event of flights.slice(0, from)) lines.push(...eventLines(event, style));
  if (hidden > 0) lines.push(`  ${dim(`… ${count(hidden)} more: --all shows them`)}`);
  for (const event of flights.slice(from + hidden)) lines.push(...eventLines(event, style));
  if (flights.length === 0) {
    lines.push(
      `  ${dim('No decision is recorded here: the embedded log alone carried it, another machine sent it, or it is too long ago.')}`,
    );
  }
  for (const { kind, code, reason, at } of letters) {
    const why = `${code}: ${printable(reason)}`;
    lines.push(
      entry(
        at,
        red('put aside'),
        `${kind === 'refused' ? 'the store refused it' : 'no platform took it'}, ${why}`,
        style,
      ),
    );
  }
  if (applied === undefined) lines.push(`  ${yellow('The ledger does not have it: it is not applied.')}`);
  else {
    const { platform, topic, partition, offset } = applied.position;
    const from =
      platform === 'direct'
        ? 'past all platforms'
        : `from ${platform}, ${topic}, partition ${partition}, offset ${offset}`;
    lines.push(entry(applied.appliedAt.toISOString(), green('applied'), from, style));
  }
  return lines;
}

function eventLines(event: FlightEvent, style: Style): string[] {
  const at = new Date(event.atMs).toISOString();
  const [first = '', ...more] = linesOf(at, event, style);
  const times = event.times === undefined ? '' : ` ${style.dim(`(${count(event.times)} times by now)`)}`;
  return [`${first}${times}`, ...more];
}

function linesOf(at: string, event: FlightEvent, style: Style): string[] {
  if (event.kind === 'decision') return decisionLines(at, event, style);
  return [event.kind === 'attempt' ? attemptLine(at, event, style) : resultLine(at, event, style)];
}

function decisionLines(at: string, { strategy, arm, round, health, order, reason }: Decision, style: Style): string[] {
  const way = order.map((role) => health[role]?.platform ?? role).join(', then ');
  const retry = round === 0 ? '' : ` (retry ${round})`;
  const part = arm === 'control' ? '' : `, ${arm}`;
  const notes = [health.primary, health.fallback].filter((note) => note !== undefined);
  return [
    entry(at, 'decided', `${way}${retry}: ${reason} ${style.dim(`(${strategy}${part})`)}`, style),
    ...notes.map((note) => `${INDENT}${style.dim(healthText(note))}`),
  ];
}

function healthText({
  platform,
  usable,
  reasons,
  score,
  state,
  latencyMs,
  errorRate,
}: Decision['health']['primary']): string {
  const verdict = usable ? 'well' : `ill (${reasons.join(', ')})`;
  const errors = errorRate === 0 ? '' : `, ${(errorRate * 100).toFixed(1)} % errors`;
  return `${platform}: ${verdict}, score ${score.toFixed(2)}, breaker ${state}, ${latencyMs.toFixed(1)} ms${errors}`;
}

function attemptLine(at: string, { platform, outcome, code, durationMs, late }: Attempt, style: Style): string {
  const paint = outcome === 'acknowledged' ? style.green : style.yellow;
  const details = [
    `after ${durationMs.toFixed(1)} ms`,
    ...(code === undefined ? [] : [code]),
    ...(late ? ['late: another had it before'] : []),
  ];
  return entry(at, 'sent', `to ${platform}: ${paint(outcome)} ${details.join(', ')}`, style);
}

function resultLine(at: string, { result, platform, rounds, durationMs }: Result, style: Style): string {
  const over = platform === undefined ? '' : `over ${platform} `;
  const paint = result === 'delivered' || result === 'direct' || result === 'skipped' ? style.green : style.red;
  const tries = rounds > 1 ? `, ${rounds} rounds` : '';
  return entry(at, paint(result), `${over}in ${durationMs.toFixed(1)} ms${tries}`, style);
}

function entry(at: string, what: string, text: string, { dim }: Style): string {
  return `  ${dim(at.slice(0, 23).replace('T', ' '))}  ${what} ${text}`;
}
