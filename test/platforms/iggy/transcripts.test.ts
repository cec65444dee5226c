import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Framing } from '../../../src/platforms/iggy/client/protocol/protocol.ts';
import type { Session } from '../../../src/platforms/iggy/client/session/session.ts';
import type { Transport } from '../../../src/platforms/iggy/client/transport/transport.ts';
import { InTestServer } from './server/server.ts';
import { portOf, replayServer } from './transcripts/http-proxy.ts';
import { binarySession, httpSession, protocolNamed, tcpTo } from './transcripts/sessions.ts';
import { base64, comparable, type Exchange, play, type Transcript, transcripts } from './transcripts/transcript.ts';

/** Of a VSR request: the client's number, and the session that the server gave it. */
const OWN_TO_A_CLIENT = { from: 128, to: 144 };

describe('transcripts of real Iggy servers', () => {
  test('should be of 0.8 and 0.9, of every protocol', () => {
    const kinds = transcripts().map(({ transcript }) => `${transcript.protocol} ${transcript.server.slice(0, 3)}`);
    assert.deepEqual(kinds.toSorted(), ['http 0.8', 'http 0.9', 'legacy 0.8', 'vsr 0.9']);
  });

  for (const { name, transcript } of transcripts()) {
    describe(name, () => {
      test('should be what the client sends and understands', () => {
        return transcript.protocol === 'http' ? replayHttp(transcript) : replayBinary(transcript);
      });
      // HTTP of 0.9 differs in what it says beside what we ask for; the in-test server speaks that of 0.8.
      if (transcript.protocol !== 'http' || transcript.server.startsWith('0.8')) {
        inTestServerAnswersLike(transcript);
      }
    });
  }
});

function inTestServerAnswersLike(transcript: Transcript): void {
  describe('against the in-test server', () => {
    const { protocol } = transcript;
    const isHttp = protocol === 'http';
    const server = new InTestServer({ transport: isHttp ? 'http' : 'tcp', protocol: isHttp ? 'legacy' : protocol });
    before(() => server.start());
    after(() => server.stop());

    test('should come to the same outcomes', async () => {
      const open = async (): Promise<Session> =>
        isHttp ? httpSession(server.port) : binarySession(tcpTo(server.port), await protocolNamed(protocol));
      const steps = await play(open, () => []);
      assert.deepEqual(
        steps.map(({ name }) => name),
        transcript.steps.map(({ name }) => name),
      );
      const differences = steps
        .map((step, index) => ({ name: step.name, ours: comparable(step), real: comparable(transcript.steps[index]!) }))
        .filter(({ ours, real }) => !isDeepStrictEqual(ours, real));
      assert.deepEqual(differences, []);
    });
  });
}

/** The client's bytes must be the recorded ones; from the recorded replies it must read what was read then. */
async function replayBinary({ protocol, steps }: Transcript): Promise<void> {
  assert.ok(protocol !== 'http');
  const recorded = steps.flatMap(({ exchanges }) => exchanges);
  let next = 0;
  const open = async (_: Framing): Promise<Transport> => ({
    keepsOrder: true,
    failure: undefined,
    onFailure: () => {},
    close: () => {},
    exchange: async (request) => {
      const expected = recorded[next++];
      assert.ok(expected, 'more requests than were recorded');
      assert.equal(masked(base64(request), protocol), masked(expected.request, protocol), `request ${next}`);
      return Buffer.from(expected.reply, 'base64');
    },
  });
  const spoken = await protocolNamed(protocol);
  const replayed = await play(
    () => binarySession(open, spoken),
    () => [],
  );
  assert.equal(next, recorded.length);
  assert.deepEqual(
    replayed.map(({ name, outcome }) => [name, outcome]),
    steps.map(({ name, outcome }) => [name, outcome]),
  );
}

function masked(frame: string, protocol: 'legacy' | 'vsr'): string {
  const bytes = Buffer.from(frame, 'base64');
  return (protocol === 'vsr' ? bytes.fill(0, OWN_TO_A_CLIENT.from, OWN_TO_A_CLIENT.to) : bytes).toString('hex');
}

async function replayHttp({ steps }: Transcript): Promise<void> {
  const recorded = steps.flatMap(({ exchanges }) => exchanges);
  const requests: Exchange[] = [];
  const server = await replayServer(recorded, requests);
  try {
    const replayed = await play(
      () => httpSession(portOf(server)),
      () => [],
    );
    assert.deepEqual(requests, recorded);
    assert.deepEqual(
      replayed.map(({ name, outcome }) => [name, outcome]),
      steps.map(({ name, outcome }) => [name, outcome]),
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
