import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { createProgress, type ProgressState, type ProgressStream } from '../../src/telemetry/progress.ts';

function recorder(terminal: { columns: number } | undefined): { stream: ProgressStream; text: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  return {
    stream: Object.assign(stream, terminal === undefined ? {} : { isTTY: true, ...terminal }),
    text: () => text,
  };
}

const at = (share: number): ProgressState => ({
  phase: 'ingest',
  bytesRead: share * 1e7,
  totalBytes: 1e7,
  recordsRead: share * 100_000,
  variantsSent: share * 90_000,
  variantsApplied: share * 80_000,
});

test('should print a line every five seconds when there is no terminal', () => {
  const { stream, text } = recorder(undefined);
  let now = 0;
  const progress = createProgress({ label: 'a.vcf', stream, now: () => now });
  for (; now <= 11_000; now += 100) progress.update(at(now / 20_000));
  progress.finish();
  const lines = text().trimEnd().split('\n');
  assert.equal(lines.length, 2);
  assert.equal(lines[0], 'a.vcf: read 25,000 records (25%), sent 22,500, applied 20,000 variants, 0/s');
  assert.equal(lines[1], 'a.vcf: read 50,000 records (50%), sent 45,000, applied 40,000 variants, 4,000/s, ETA 0:15');
});

test('should redraw bars in place and leave nothing behind when the stream is a terminal', () => {
  const { stream, text } = recorder({ columns: 100 });
  let now = 0;
  const progress = createProgress({ label: 'a.vcf', stream, now: () => now });
  progress.update({ ...at(0.1), phase: 'hash' });
  now += 50;
  progress.update({ ...at(0.2), phase: 'hash' });
  now += 100;
  progress.update(at(0.5));
  const lines = text().split('\n');
  assert.equal(lines.filter((line) => line.includes('identity')).length, 1, 'redrawn at most ten times a second');
  assert.ok(text().includes('\x1b[2A\x1b[0J'), 'the two lines before are erased');
  assert.match(stripVTControlCharacters(text()), /read +█{14}░{14} +50%/);
  progress.finish();
  assert.ok(text().endsWith('\x1b[4A\x1b[0J'));
});

test('should stay within a narrow terminal and say no share when the size is unknown', () => {
  const { stream, text } = recorder({ columns: 50 });
  const progress = createProgress({ label: 'stdin', stream, now: () => 0 });
  progress.update({ ...at(0.5), totalBytes: 0 });
  assert.doesNotMatch(text(), /%|█/);
});
