import { columnAt, fieldAt, ID, type RecordRule, type RecordScope } from './record.ts';
import { quote } from './reporter.ts';

/** ID is a semicolon-separated list without whitespace (4.1 §1.4.1.3) and, said from 4.3 on, without duplicates. */
export function idRule(scope: RecordScope): RecordRule {
  return (record) => {
    const text = fieldAt(record, ID);
    if (text === '.') return;
    if (/\s/.test(text) || text.startsWith(';') || text.endsWith(';') || text.includes(';;')) {
      scope.report('ID_INVALID', columnAt(record, ID), 'ID', `${quote(text)} has whitespace or an empty part`);
      return;
    }
    if (!text.includes(';')) return;
    const ids = text.split(';');
    if (new Set(ids).size === ids.length) return;
    const severity = scope.minor >= 3 ? 'error' : 'warning';
    scope.report('ID_DUPLICATE', columnAt(record, ID), 'ID', 'an identifier stands twice', severity);
  };
}
