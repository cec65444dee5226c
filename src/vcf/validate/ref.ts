import { columnAt, fieldAt, REF, type RecordRule, type RecordScope } from './record.ts';
import { quote } from './reporter.ts';

/** REF is made of A, C, G, T and N, in either case, and never missing. VCF 4.1 §1.4.1.4. */
export function refRule(scope: RecordScope): RecordRule {
  return (record) => {
    const ref = fieldAt(record, REF);
    if (/^[ACGTNacgtn]+$/.test(ref)) return;
    const at = columnAt(record, REF);
    if (ref === '.') scope.report('REF_MISSING', at, 'REF', 'REF must have at least one base');
    else scope.report('REF_INVALID', at, 'REF', `${quote(ref)} has characters other than A, C, G, T and N`);
  };
}
