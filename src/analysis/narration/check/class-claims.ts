import type { NarrationSubject } from '../../../core/narratives.ts';
import { CLASSES, NOT_CLASSIFIED } from '../../../core/verdicts.ts';
import type { Grounds } from './grounds.ts';

/** Every word that names or changes a class, however it is bent: `pathogenicity`, `non-benign`, `VUS`, `class 5`. */
const CLASS_WORD =
  /pathog|benign|signific|uncertain|unclassif|reclassif|misclassif|upgrad|downgrad|\bv\.?o?\.?u\.?s\b|\b[lc]?[bp]\/l?[bp]\b|\b(?:class|tier|grade|level|category)\s*-?(?:[0-9]|i{1,3}|iv|v)\b/i;

/** The same written apart: `p a t h o g e n i c`, `be-nign`. */
const HIDDEN = /pathog|benign|signific/;

const CLASS_NAMES = [...CLASSES, NOT_CLASSIFIED].toSorted((a, b) => b.length - a.length).join('|');
const POINTS = String.raw`(?: (?:with|at|by|from) ([+-]?\d+) points?)?`;

/** The only sentences that may name the class. Nothing of them denies, doubts or reports what others think. */
const OWN: readonly RegExp[] = [
  new RegExp(
    `^(?:the|its|the variant's|this variant's) (?:class|classification)(?: by the rules)? is ${group(CLASS_NAMES)}${POINTS}$`,
    'i',
  ),
  new RegExp(
    `^the rules (?:classify|class|put|place) (?:it|the variant|this variant) (?:as|in) ${group(CLASS_NAMES)}${POINTS}$`,
    'i',
  ),
  new RegExp(
    `^(?:it|the variant|this variant) is classified as ${group(CLASS_NAMES)}(?: by the rules)?${POINTS}$`,
    'i',
  ),
];

/** The only sentences that may say what ClinVar says. */
const CLINVARS =
  /^(?:clinvar says|clinvar's own verdict is|clinvar lists it as):? ["']?([^"']+?)["']?(?: with \d stars?)?$/i;

/** What ClinVar's significance can be: another word in that field is somebody's text, and is not repeated as a verdict. */
const CLINVAR_TERMS: ReadonlySet<string> = new Set([
  'pathogenic',
  'likely pathogenic',
  'uncertain significance',
  'likely benign',
  'benign',
  'conflicting classifications of pathogenicity',
  'conflicting interpretations of pathogenicity',
  'low penetrance',
  'likely risk allele',
  'risk factor',
  'drug response',
  'association',
  'protective',
  'affects',
  'other',
  'not provided',
]);

function group(alternatives: string): string {
  return `(${alternatives})`;
}

/** What a sentence claims of a class that is not the rules' own, or not said in a form that can be checked. */
export function objectToClass(
  sentence: string,
  grounds: Grounds,
  { class: own }: Pick<NarrationSubject, 'class'>,
): string | undefined {
  const clinvar = CLINVARS.exec(sentence)?.[1];
  if (clinvar !== undefined) return objectToClinvar(clinvar, grounds);
  for (const pattern of OWN) {
    const named = pattern.exec(sentence)?.[1];
    if (named === undefined) continue;
    if (grounds.item('class') === undefined) return 'it names the class without citing it';
    return named.toLowerCase() === own.toLowerCase() ? undefined : `it claims another class than "${own}"`;
  }
  const word = CLASS_WORD.exec(sentence)?.[0];
  const letters = sentence.toLowerCase().replace(/[^a-z]/g, '');
  if (word === undefined && !HIDDEN.test(letters)) return undefined;
  return `it judges the variant in words of its own${word === undefined ? '' : ` ("${word}")`}`;
}

function objectToClinvar(said: string, grounds: Grounds): string | undefined {
  const value = grounds.item('clinvar')?.value;
  if (typeof value !== 'string') return 'it says what ClinVar says without citing it';
  const plain = (text: string): string => text.toLowerCase().replaceAll('_', ' ').trim();
  if (plain(said) !== plain(value)) return 'it says of ClinVar what ClinVar does not say';
  const terms = plain(value).split(/\s*[/|,;]\s*/);
  return terms.every((term) => CLINVAR_TERMS.has(term)) ? undefined : "ClinVar's field holds what is no verdict";
}
