import type { Problem } from '../../core/problem.ts';

export type Sex = 'male' | 'female' | 'unknown';
export type Phenotype = 'affected' | 'unaffected' | 'unknown';

/** One line of a PED file. */
export interface Member {
  /** As the sample is called in the VCF. */
  readonly id: string;
  readonly father: string | undefined;
  readonly mother: string | undefined;
  readonly sex: Sex;
  readonly phenotype: Phenotype;
}

export interface Family {
  readonly id: string;
  /** In the order of the file; parents that have no line of their own follow, with an unknown phenotype. */
  readonly members: readonly Member[];
}

export interface Pedigree {
  readonly families: readonly Family[];
}

/** More members than any cohort that was sequenced as families. */
const MOST_MEMBERS = 100_000;
const MOST_CHARACTERS = 10_000;
const MOST_PROBLEMS = 1_000;
const COLUMNS = ['family', 'member', 'father', 'mother', 'sex', 'phenotype'] as const;
const NOBODY = '0';

const SEXES: Readonly<Record<string, Sex>> = { 1: 'male', 2: 'female', 0: 'unknown' };
const PHENOTYPES: Readonly<Record<string, Phenotype>> = {
  1: 'unaffected',
  2: 'affected',
  0: 'unknown',
  '-9': 'unknown',
};

/**
 * Reads a PED file: family, member, father, mother, sex (1 male, 2 female), phenotype (2 affected, 1 unaffected), separated by
 * tabs or blanks; further columns are not looked at, lines that begin with `#` neither. What is wrong is data: with a problem of
 * severity `error` the pedigree should not be used.
 */
export function parsePed(text: string): { readonly pedigree: Pedigree; readonly problems: readonly Problem[] } {
  const reader = new PedReader();
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (!reader.read(line, index + 1)) break;
  }
  return reader.finish();
}

/** A column's text and where it stands. */
interface Cell {
  readonly text: string;
  readonly column: number;
}

interface Entry {
  readonly member: Member;
  readonly line: number;
  readonly cells: readonly Cell[];
}

class PedReader {
  readonly #families = new Map<string, Map<string, Entry>>();
  /** A sample of the VCF is one person: in which family each name is. */
  readonly #familyOf = new Map<string, string>();
  readonly #problems: Problem[] = [];
  #members = 0;

  /** False when no further line is wanted. */
  read(line: string, number: number): boolean {
    if (line.trim() === '' || line.startsWith('#')) return true;
    if (line.length > MOST_CHARACTERS) {
      this.#report('PED_LINE_TOO_LONG', 'error', number, 1, 'line', `it has more than ${MOST_CHARACTERS} characters`);
      return true;
    }
    if (this.#members === MOST_MEMBERS) {
      this.#report('PED_TOO_MANY_MEMBERS', 'error', number, 1, 'line', `more than ${MOST_MEMBERS} members`);
      return false;
    }
    this.#add(cellsOf(line), number);
    return true;
  }

  #add(cells: readonly Cell[], line: number): void {
    if (cells.length < COLUMNS.length) {
      const missing = COLUMNS[cells.length]!;
      const message = `${cells.length} columns, not ${COLUMNS.length}: the ${missing} is missing`;
      const last = cells.at(-1)!;
      this.#report('PED_TOO_FEW_COLUMNS', 'error', line, last.column + last.text.length, missing, message);
      return;
    }
    const [family, id, father, mother, sex, phenotype] = cells as readonly [Cell, Cell, Cell, Cell, Cell, Cell];
    const before = this.#familyOf.get(id.text);
    if (before !== undefined) {
      const where = before === family.text ? 'stands there twice' : 'is in two families';
      this.#report('PED_MEMBER_TWICE', 'error', line, id.column, 'member', `${id.text} ${where}`);
      return;
    }
    const entry: Entry = {
      member: {
        id: id.text,
        father: parentOf(father),
        mother: parentOf(mother),
        sex: SEXES[sex.text] ?? 'unknown',
        phenotype: PHENOTYPES[phenotype.text] ?? 'unknown',
      },
      line,
      cells,
    };
    if (SEXES[sex.text] === undefined) {
      this.#report('PED_SEX_UNKNOWN', 'warning', line, sex.column, 'sex', `"${sex.text}" is none of 1, 2, 0`);
    }
    if (PHENOTYPES[phenotype.text] === undefined) {
      const message = `"${phenotype.text}" is none of 1, 2, 0, -9`;
      this.#report('PED_PHENOTYPE_UNKNOWN', 'warning', line, phenotype.column, 'phenotype', message);
    }
    this.#members++;
    this.#familyOf.set(id.text, family.text);
    const members = this.#families.get(family.text) ?? new Map<string, Entry>();
    this.#families.set(family.text, members.set(id.text, entry));
  }

  finish(): { readonly pedigree: Pedigree; readonly problems: readonly Problem[] } {
    const families: Family[] = [];
    for (const [id, members] of this.#families) {
      families.push({
        id,
        members: [...[...members.values()].map(({ member }) => member), ...this.#unlisted(members)],
      });
      for (const entry of members.values()) this.#checkParents(entry, members);
    }
    if (this.#members === 0) this.#report('PED_EMPTY', 'error', 1, 1, 'line', 'nobody stands in it');
    return { pedigree: { families }, problems: this.#problems };
  }

  /** Parents that are named and have no line. */
  #unlisted(members: ReadonlyMap<string, Entry>): readonly Member[] {
    const found = new Map<string, Member>();
    for (const { member, line, cells } of members.values()) {
      for (const [role, cell] of [
        ['father', cells[2]!],
        ['mother', cells[3]!],
      ] as const) {
        const id = member[role];
        if (id === undefined || members.has(id) || found.has(id)) continue;
        const elsewhere = this.#familyOf.has(id);
        const message = elsewhere ? `${id} is in another family` : `${id} has no line: nothing is known of them`;
        this.#report('PED_PARENT_NOT_LISTED', elsewhere ? 'error' : 'warning', line, cell.column, role, message);
        const sex = role === 'father' ? 'male' : 'female';
        found.set(id, { id, father: undefined, mother: undefined, sex, phenotype: 'unknown' });
      }
    }
    return [...found.values()];
  }

  #checkParents({ member, line, cells }: Entry, members: ReadonlyMap<string, Entry>): void {
    const { id, father, mother } = member;
    const report = (code: string, place: number, message: string): void =>
      this.#report(code, 'error', line, cells[place]!.column, COLUMNS[place]!, message);
    if (father !== undefined && father === mother) report('PED_ONE_PARENT_TWICE', 3, `${father} is father and mother`);
    if (members.get(father ?? '')?.member.sex === 'female')
      report('PED_PARENT_SEX', 2, `the father ${father} is female`);
    if (members.get(mother ?? '')?.member.sex === 'male') report('PED_PARENT_SEX', 3, `the mother ${mother} is male`);
    if (isOwnAncestor(id, members)) report('PED_OWN_ANCESTOR', 1, `${id} is an ancestor of themselves`);
  }

  #report(
    code: string,
    severity: Problem['severity'],
    line: number,
    column: number,
    field: string,
    message: string,
  ): void {
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push({ code, severity, line, column, field, message });
  }
}

function cellsOf(line: string): readonly Cell[] {
  return [...line.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, column: index + 1 }));
}

function parentOf({ text }: Cell): string | undefined {
  return text === NOBODY ? undefined : text;
}

function isOwnAncestor(id: string, members: ReadonlyMap<string, Entry>): boolean {
  const seen = new Set<string>();
  const open = [id];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const member = members.get(current)?.member;
    for (const parent of [member?.father, member?.mother]) {
      if (parent === id) return true;
      if (parent === undefined || seen.has(parent)) continue;
      seen.add(parent);
      open.push(parent);
    }
  }
  return false;
}
