import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { IggyClient } from '../../../../src/platforms/iggy/client/index.ts';
import type { CertificateCheck, QuicErrorCode } from '../../../../src/platforms/iggy/client/transport/quic/index.ts';
import { type Certificate, issue } from '../self-signed.ts';
import { ask, connectTo, Echo } from './echo.ts';

const authority = issue({ name: 'authority' });
const issuer = { name: 'authority', key: authority.key };
const signed = (wanted: object = {}): Certificate => issue({ issuer, isAuthority: false, ...wanted });
const fingerprintOf = ({ cert }: Certificate) => new X509Certificate(cert).fingerprint256;
const ca: CertificateCheck = { kind: 'ca', ca: authority.cert };

const good = signed();
const self = issue({});
const expiredSelf = issue({ notAfter: '20210101000000Z' });

interface Case {
  readonly what: string;
  readonly identity: Certificate;
  readonly certificate: CertificateCheck;
  readonly serverName?: string;
}

const TAKEN: readonly Case[] = [
  { what: 'its authority is ours', identity: good, certificate: ca },
  { what: 'its address is in it', identity: good, certificate: ca, serverName: '127.0.0.1' },
  { what: 'it is itself among ours', identity: self, certificate: { kind: 'ca', ca: self.cert } },
  {
    what: 'its fingerprint is ours',
    identity: self,
    certificate: { kind: 'fingerprint', sha256: fingerprintOf(self) },
  },
  {
    what: 'its fingerprint is one of ours, whatever its name and dates',
    identity: expiredSelf,
    certificate: { kind: 'fingerprint', sha256: ['0'.repeat(64), fingerprintOf(expiredSelf).replaceAll(':', '')] },
    serverName: 'elsewhere',
  },
  { what: 'nothing is checked', identity: expiredSelf, certificate: { kind: 'off' }, serverName: 'elsewhere' },
];

const REFUSED: readonly (Case & { readonly code: QuicErrorCode })[] = [
  {
    what: 'another authority has signed it',
    identity: issue({ issuer: { name: 'authority', key: issue({}).key }, isAuthority: false }),
    certificate: ca,
    code: 'CERTIFICATE_INVALID',
  },
  {
    what: 'an authority of another name has signed it',
    identity: issue({ issuer: { name: 'somebody', key: issue({}).key }, isAuthority: false }),
    certificate: ca,
    code: 'CERTIFICATE_UNKNOWN_ISSUER',
  },
  { what: 'it has signed itself', identity: self, certificate: ca, code: 'CERTIFICATE_UNKNOWN_ISSUER' },
  {
    what: 'nobody that Node trusts has signed it',
    identity: good,
    certificate: { kind: 'ca' },
    code: 'CERTIFICATE_UNKNOWN_ISSUER',
  },
  {
    what: 'it has expired',
    identity: signed({ notAfter: '20210101000000Z' }),
    certificate: ca,
    code: 'CERTIFICATE_EXPIRED',
  },
  {
    what: 'it is itself among ours and has expired',
    identity: expiredSelf,
    certificate: { kind: 'ca', ca: expiredSelf.cert },
    code: 'CERTIFICATE_EXPIRED',
  },
  {
    what: 'its time has not come',
    identity: signed({ notBefore: '20980101000000Z' }),
    certificate: ca,
    code: 'CERTIFICATE_NOT_YET_VALID',
  },
  {
    what: 'it is for another name',
    identity: signed({ name: 'elsewhere' }),
    certificate: ca,
    code: 'CERTIFICATE_WRONG_NAME',
  },
  {
    what: 'it is itself among ours and for another name',
    identity: self,
    certificate: { kind: 'ca', ca: self.cert },
    serverName: 'elsewhere',
    code: 'CERTIFICATE_WRONG_NAME',
  },
  {
    what: 'its fingerprint is another',
    identity: good,
    certificate: { kind: 'fingerprint', sha256: fingerprintOf(self) },
    code: 'CERTIFICATE_WRONG_FINGERPRINT',
  },
];

describe('quic, certificates', () => {
  for (const { what, identity, certificate, serverName = 'localhost' } of TAKEN) {
    test(`should speak to a server when ${what}`, async () => {
      await using echo = await Echo.open({ identity });
      await using connection = await connectTo(echo.port, { certificate, serverName });
      assert.equal((await ask(connection, Buffer.from('hello'))).toString(), 'hello');
    });
  }

  for (const { what, identity, certificate, serverName = 'localhost', code } of REFUSED) {
    test(`should refuse a certificate with ${code} when ${what}`, async () => {
      await using echo = await Echo.open({ identity });
      await assert.rejects(connectTo(echo.port, { certificate, serverName }), { name: 'QuicError', code });
      // The server is told, and holds nothing for who has gone.
      assert.match((await echo.connections[0]!.lost).code, /^TLS$/);
    });
  }

  test('should reject with AUTHENTICATION, and not try again, when the Iggy client is shown another certificate', async () => {
    await using echo = await Echo.open({ identity: good });
    const credentials = { kind: 'password', username: 'iggy', password: 'iggy' } as const;
    const quic = { serverName: 'localhost', certificate: { kind: 'ca', ca: self.cert } } as const;
    const iggy = new IggyClient({ transport: 'quic', host: '127.0.0.1', port: echo.port, credentials, quic });
    const expected = { code: 'AUTHENTICATION', retryable: false, message: /CERTIFICATE_UNKNOWN_ISSUER/ };
    await assert.rejects(iggy.ping(), expected);
    await iggy.close();
    assert.equal(echo.connections.length, 1);
  });

  test('should refuse what is no certificate, key or fingerprint', async () => {
    const wrong = { code: 'INVALID_ARGUMENT' };
    await assert.rejects(connectTo(1, { certificate: { kind: 'ca', ca: 'nothing' } }), wrong);
    await assert.rejects(connectTo(1, { certificate: { kind: 'fingerprint', sha256: 'ab:cd' } }), wrong);
    await assert.rejects(connectTo(1, { certificate: { kind: 'fingerprint', sha256: [] } }), wrong);
    await assert.rejects(Echo.open({ identity: { cert: good.cert, key: 'nothing' } }), wrong);
    await assert.rejects(Echo.open({ identity: { cert: good.cert, key: self.key } }), wrong);
  });
});
