import { columnAt, fieldAt, QUAL, type RecordRule, type RecordScope } from './record.ts';
import { quote } from './reporter.ts';
import { isFloat } from './value.ts';

/** QUAL is a phred-scaled probability: a number, not negative. VCF 4.1 §1.4.1.6. */
export function qualRule(scope: RecordScope): RecordRule {
  return (record) => {
    const text = fieldAt(record, QUAL);
    if (text === '.') return;
    if (!isFloat(text, scope.minor)) {
      scope.report('QUAL_NOT_NUMBER', columnAt(record, QUAL), 'QUAL', `${quote(text)} is not a number`);
    } else if (text.startsWith('-') && /[1-9]|inf/i.test(text)) {
      scope.report('QUAL_NEGATIVE', columnAt(record, QUAL), 'QUAL', `${quote(text)} is negative`);
    }
  };
}
