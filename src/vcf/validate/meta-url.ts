import { isIP } from 'node:net';
import type { MetaLine } from './meta-kinds.ts';

const URL_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)([/?#].*)?$/;

/** ##assembly and ##pedigreeDB are URLs, the latter also in angle brackets. 4.1 §1.2.6 and §1.2.9. */
export function checkUrl(line: MetaLine): void {
  if (line.value === '') return;
  const value = line.key === 'pedigreeDB' ? line.value.replace(/^<(.*)>$/, '$1') : line.value;
  const authority = URL_FORM.exec(value)?.[1];
  // file:///path has no host.
  if (authority !== undefined && (hasHost(authority) || value.startsWith('file:///'))) return;
  line.report('META_URL_INVALID', line.valueAt, line.key, `the value of ##${line.key} is not a URL`);
}

/** RFC 3986 §3.2, with RFC 1123 §2.1: the last label of a host name is not all digits, else it must be an address. */
function hasHost(authority: string): boolean {
  const match = /^(?:[^@]*@)?(\[[^\]]*\]|[^:@]*)(?::[0-9]*)?$/.exec(authority);
  const host = match?.[1];
  if (host === undefined || host === '' || /\s/.test(host)) return false;
  if (host.startsWith('[')) return isIP(host.slice(1, -1)) === 6;
  const last = host.slice(host.lastIndexOf('.') + 1);
  return !/^[0-9]+$/.test(last) || isIP(host) === 4;
}
