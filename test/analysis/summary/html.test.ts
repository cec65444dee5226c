import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SummaryCollector } from '../../../src/analysis/summary/collector.ts';
import { renderHtml } from '../../../src/analysis/summary/html.ts';
import { columnChart } from '../../../src/analysis/summary/svg.ts';
import { parseHeader } from '../../../src/vcf/header/parse.ts';
import { blockOf } from '../../support/block.ts';

const page = (rows: string, remarks: readonly string[] = []): string => {
  const { header } = parseHeader(Buffer.from('##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n'));
  const collector = new SummaryCollector(header);
  collector.add(blockOf(rows));
  return renderHtml(collector.finish(), { name: '<i>"&.vcf', about: 'VCF', remarks });
};

test('should draw a column as high as its share of the axis, and say its counts', () => {
  const svg = columnChart(
    [
      { label: 'x', values: [30, 10] },
      { label: 'y', values: [0, 20] },
    ],
    { title: 'T', series: ['a', 'b'], axis: 'u' },
  );
  const rects = [...svg.matchAll(/<rect class="(s\d)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)];
  // The axis ends at 40, in 188 units from 10 on.
  assert.deepEqual(
    rects.map(([, series, y, height]) => [series, Number(y), Number(height)]),
    [
      ['s0', 57, 141],
      ['s1', 10, 47],
      ['s1', 104, 94],
    ],
  );
  assert.match(svg, /<title>x: a 30, b 10<\/title>/);
  assert.match(svg, />40<\/text>/);
});

test('should show what the file says as text, never as markup', () => {
  const html = page('<script>alert(1)</script>\t1\t.\tA\tG\t5\tq<b>\t.', ['a <u>remark</u>']);
  assert.match(html, /<title>&lt;i&gt;&quot;&amp;\.vcf<\/title>/);
  assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.doesNotMatch(html, /<script|<i>"|<b>|<u>/);
});

test('should leave out what the file does not have', () => {
  const html = page('1\t1\t.\tA\tG\t5\tPASS\t.');
  assert.match(html, /<h2>Quality<\/h2>/);
  assert.doesNotMatch(html, /<h2>(Indel lengths|Depth|Samples|Consequences)/);
  assert.match(page(''), /<h2>Records<\/h2>/);
});
