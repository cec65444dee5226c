import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogStore } from '../../../src/platforms/embedded/log-store.ts';

test('should share the partitions anew when one member leaves and another joins between two looks', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'vcf-agent-members-'));
  const log = new LogStore({ directory, maxBytes: 1 << 20 });
  t.after(() => {
    log.close();
    rmSync(directory, { recursive: true, force: true });
  });
  log.ensureTopic('t', 4);
  const leaver = log.join('t', 'g', 0);
  const stayer = log.join('t', 'g', 0);
  log.leave(leaver.member);
  const newcomer = log.join('t', 'g', 10);
  const look = log.assignment({ topic: 't', group: 'g', member: stayer.member }, stayer.shape, 20);
  const read = [look ?? stayer, newcomer].flatMap(({ offsets }) => Object.keys(offsets));
  assert.deepEqual(read.sort(), ['0', '1', '2', '3']);
});
