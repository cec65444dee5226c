import { columnAt, FILTER, fieldAt, type RecordRule, type RecordScope, type RecordView } from './record.ts';
import { quote } from './reporter.ts';

const MAX_KNOWN = 1000;

/** FILTER is PASS, `.`, or a list of filter names without whitespace; `0` is reserved. VCF 4.1 §1.4.1.7, 4.3 §1.6.1.7. */
export function filterRule(scope: RecordScope): RecordRule {
  // A file has few distinct values; those found right are not looked at again.
  const known = new Set(['PASS', '.']);
  return (record) => {
    const text = fieldAt(record, FILTER);
    if (known.has(text)) return;
    if (checkFilter(scope, record, text) && known.size < MAX_KNOWN) known.add(text);
  };
}

function checkFilter(scope: RecordScope, record: RecordView, text: string): boolean {
  const { report, header } = scope;
  const at = columnAt(record, FILTER);
  const names = text.split(';');
  if (/\s/.test(text) || names.includes('') || (names.length > 1 && names.includes('.'))) {
    report('FILTER_INVALID', at, 'FILTER', `${quote(text)} is not a list of filters`);
    return false;
  }
  if (names.includes('0')) {
    report('FILTER_RESERVED', at, 'FILTER', '0 is reserved');
    return false;
  }
  const distinct = new Set(names);
  if (distinct.size < names.length) {
    report('FILTER_DUPLICATE', at, 'FILTER', 'a filter stands twice', scope.minor >= 3 ? 'error' : 'warning');
    return false;
  }
  if (names.length > 1 && distinct.has('PASS')) {
    report('FILTER_PASS_COMBINED', at, 'FILTER', 'PASS stands beside a failed filter');
    return false;
  }
  for (const name of names) {
    if (name === 'PASS' || header.filters.has(name) || !scope.first(`FILTER ${name}`)) continue;
    report('FILTER_UNDECLARED', at, 'FILTER', `${quote(name)} has no ##FILTER line`);
  }
  return true;
}
