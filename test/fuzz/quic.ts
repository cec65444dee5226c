/**
 * Throws seeded mutants of genuine datagrams at both sides of a QUIC connection, in the handshake and after it:
 *
 *     node test/fuzz/quic.ts [--mutants 100000] [--seed 1]
 *
 * Exits 1 when one crashes an engine or ends a connection, or when memory grows.
 */
import { parseArgs } from 'node:util';
import { runQuicCampaign } from './quic-campaign.ts';

const { values } = parseArgs({
  options: {
    mutants: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const seed = Number(values.seed);
const startMs = performance.now();
const { findings, earlyBytes, lateBytes, handshakes, exchanges } = await runQuicCampaign({
  seed,
  mutants: Number(values.mutants),
  onProgress: (done) => {
    if (done % 10_000 === 0) console.log(`quic fuzz: ${done} done, ${Math.round(performance.now() - startMs)} ms`);
  },
});
for (const finding of findings) console.log(finding);
console.log(`quic fuzz: ${handshakes} handshakes and ${exchanges} exchanges in between, --seed ${seed}`);
console.log(`quic fuzz: memory of both engines ${earlyBytes} bytes after a tenth, ${lateBytes} at the end`);
console.log(`quic fuzz: ${findings.length} findings`);
process.exitCode = findings.length > 0 || lateBytes > earlyBytes * 1.5 ? 1 : 0;
