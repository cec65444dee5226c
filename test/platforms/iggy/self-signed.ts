import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  /** Whose key signs; left out: its own. */
  readonly issuer?: { readonly name: string; readonly key: string };
  /** Common name, and the one name that it is good for. Default `localhost`, which is good for 127.0.0.1 as well. */
  readonly name?: string;
  /** `YYYYMMDDHHMMSSZ` */
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** May sign others. Default true. */
  readonly isAuthority?: boolean;
}

/** A certificate for `localhost` that signs itself, and its key: PEM, made here so that none lies in the repository. */
export function selfSigned(): Certificate {
  return issue({});
}

export function issue(wanted: Wanted): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tbs = toBeSigned(publicKey, wanted);
  const signature = sign('sha256', tbs, wanted.issuer === undefined ? privateKey : createPrivateKey(wanted.issuer.key));
  const certificate = sequence(tbs, sequence(ECDSA_SHA256), bitString(signature));
  const body = certificate.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${body}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** RFC 5280, 4.1: version 3, with a subject alternative name and what it may do. */
function toBeSigned(publicKey: KeyObject, wanted: Wanted): Buffer {
  const { name = 'localhost', issuer, isAuthority = true } = wanted;
  const { notBefore = '20200101000000Z', notAfter = '20991231235959Z' } = wanted;
  const nameOf = (text: string) => sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from(text)))));
  const addresses = name === 'localhost' ? [der(0x87, Buffer.from([127, 0, 0, 1]))] : [];
  const alternativeNames = sequence(der(0x82, Buffer.from(name)), ...addresses);
  const rights = isAuthority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence();
  const extensions = sequence(
    sequence(SUBJECT_ALTERNATIVE_NAME, der(0x04, alternativeNames)),
    sequence(BASIC_CONSTRAINTS, der(0x04, rights)),
  );
  return sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    sequence(ECDSA_SHA256),
    nameOf(issuer?.name ?? name),
    sequence(time(notBefore), time(notAfter)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
}

const ECDSA_SHA256 = oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]);
const COMMON_NAME = oid([0x55, 0x04, 0x03]);
const SUBJECT_ALTERNATIVE_NAME = oid([0x55, 0x1d, 0x11]);
const BASIC_CONSTRAINTS = oid([0x55, 0x1d, 0x13]);

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), content]);
}

function oid(bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function integer(bytes: Buffer): Buffer {
  return der(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function sequence(...items: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(items));
}

function set(item: Buffer): Buffer {
  return der(0x31, item);
}

function time(text: string): Buffer {
  return der(0x18, Buffer.from(text));
}
