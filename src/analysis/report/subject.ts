import { VcfAgentError } from '../../core/errors.ts';
import type { Member, Pedigree } from '../family/pedigree.ts';
import type { Subject, SubjectMember } from './case.ts';

export interface SubjectOptions {
  readonly sample?: string | undefined;
  readonly pedigree?: Pedigree | undefined;
}

export interface PlacedSubject {
  readonly subject: Subject;
  /** Places of the members in the header. */
  readonly members: readonly number[];
  /** Places of those of whom one must carry a variant; undefined: nobody has to. */
  readonly carriers: readonly number[] | undefined;
}

/** Genotypes shown of a file that is about nobody in particular. */
const MEMBERS_OF_A_FILE = 12;

/**
 * Whom a report on a file with these samples is about: one sample, the families of a pedigree, or everybody. With both, the
 * sample decides what is shown and the families what is said of it. Throws NOT_FOUND, OPTION_CONFLICT.
 */
export function subjectOf(samples: readonly string[], { sample, pedigree }: SubjectOptions): PlacedSubject {
  const people = new Map(pedigree?.families.flatMap(({ members }) => members.map((member) => [member.id, member])));
  const memberOf = (name: string): SubjectMember => {
    const person = people.get(name);
    return {
      sample: name,
      about: person === undefined ? '' : aboutOf(person),
      affected: person?.phenotype === 'affected',
    };
  };
  const place = (name: string): number => samples.indexOf(name);
  if (sample !== undefined && place(sample) < 0) {
    throw new VcfAgentError('NOT_FOUND', `the file has no sample of that name; it has ${samples.length}`);
  }
  if (people.size > 0) {
    const inFile = [...people.keys()].filter((name) => place(name) >= 0).map(memberOf);
    // Those whom the report is about come first.
    const first = ({ sample: name, affected }: SubjectMember): number => (name === sample ? 0 : affected ? 1 : 2);
    const members = inFile.sort((a, b) => first(a) - first(b));
    const wanted =
      sample === undefined ? members.filter(({ affected }) => affected).map((one) => one.sample) : [sample];
    if (wanted.length === 0) {
      throw new VcfAgentError('OPTION_CONFLICT', 'no affected member of the pedigree is a sample of the file');
    }
    return placed({ kind: 'family', members }, wanted.map(place), place);
  }
  if (sample !== undefined) return placed({ kind: 'sample', members: [memberOf(sample)] }, [place(sample)], place);
  const everybody = samples.slice(0, MEMBERS_OF_A_FILE).map(memberOf);
  return {
    subject: { kind: 'file', members: [] },
    members: everybody.map((one) => place(one.sample)),
    carriers: undefined,
  };
}

function placed(subject: Subject, carriers: readonly number[], place: (name: string) => number): PlacedSubject {
  return { subject, members: subject.members.map(({ sample }) => place(sample)), carriers };
}

function aboutOf({ sex, phenotype, father, mother }: Member): string {
  const parents = [father, mother].filter((name) => name !== undefined);
  return [
    sex === 'unknown' ? '' : sex,
    phenotype === 'unknown' ? 'phenotype not known' : phenotype,
    parents.length === 0 ? '' : `child of ${parents.join(' and ')}`,
  ]
    .filter(Boolean)
    .join(', ');
}
