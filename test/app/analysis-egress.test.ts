import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { AnalysisRig, APIS, FILE, VARIANTS } from '../support/analysis.ts';
import { GENOTYPES, SAMPLES } from '../support/judged-vcf.ts';

let own: AnalysisRig;
before(async () => {
  own = await AnalysisRig.open();
});
beforeEach(() => own.reset());
after(() => own[Symbol.asyncDispose]());

test('should send no sample name, file name, genotype or key in any body, and keep what was withheld', async () => {
  const narratives = await own.narrate(own.settings(APIS, { VCF_AGENT_ANALYSIS_STRATEGY: 'round-robin' }));
  assert.equal(own.received.length, VARIANTS);
  own.assertNothingConfidentialLeft();
  // There was something to withhold.
  const evidence = JSON.stringify(narratives.map(({ subject }) => subject.evidence));
  for (const name of [SAMPLES[0], SAMPLES[1], FILE, GENOTYPES[0]]) assert.ok(evidence.includes(name), name);
  const withheld =
    await own.rig.sql(`select sum((withheld ->> 'sampleNames')::int) as samples, sum((withheld ->> 'fileNames')::int) as files,
    sum((withheld ->> 'genotypes')::int) as genotypes, count(distinct body_digest) as n from egress e join narrative_requests r using (request_id)`);
  assert.ok(
    Number(withheld[0]!.samples) >= 8 && Number(withheld[0]!.files) >= 4 && Number(withheld[0]!.genotypes) >= 8,
  );
  assert.equal(Number(withheld[0]!.n), VARIANTS);
});

test('should send this machine everything when it is trusted, and another what is allowed for it by name', async () => {
  await own.narrate(own.settings(['ollama'], { VCF_AGENT_ANALYSIS_LOOPBACK_IS_LOCAL: 'true' }), { variants: 5 });
  assert.ok(own.servers.ollama.received.some(({ body }) => body.includes(SAMPLES[0])));
  await own.narrate(own.settings(['openai'], { VCF_AGENT_ANALYSIS_EGRESS_ALLOW: 'openai:sampleNames' }), {
    variants: 5,
  });
  const bodies = own.servers.openai.received.map(({ body }) => body);
  assert.ok(bodies.some((body) => body.includes(SAMPLES[0])));
  assert.ok(bodies.every((body) => !body.includes('0/1')));
});
