import type { FieldDefinition, FieldNumber, FieldType } from './model.ts';

/** Where a key may stand: INFO column or FORMAT column. */
export type FieldKind = 'info' | 'format';

const TYPES = { I: 'Integer', F: 'Float', B: 'Flag', C: 'Character', S: 'String' } as const satisfies Record<
  string,
  FieldType
>;

/** `ID:Number:Type` with types shortened as in TYPES. Keys that mean the same in every version (VCF 4.3 §1.6.1 table 1). */
const INFO_COMMON =
  'AA:1:S AC:A:I AF:A:F AN:1:I BQ:1:F CIGAR:A:S DB:0:B DP:1:I END:1:I H2:0:B H3:0:B MQ:1:F MQ0:1:I NS:1:I ' +
  'SOMATIC:0:B VALIDATED:0:B 1000G:0:B';

/** Structural variants before VCF 4.4 (4.1 §3, 4.3 §3). */
const INFO_SV_OLD =
  'IMPRECISE:0:B NOVEL:0:B SVTYPE:1:S SVLEN:.:I CIPOS:2:I CIEND:2:I HOMLEN:.:I HOMSEQ:.:S BKPTID:.:S MEINFO:4:S METRANS:4:S DGVID:1:S ' +
  'DBVARID:1:S DBRIPID:1:S MATEID:.:S PARID:1:S EVENT:1:S CILEN:2:I DPADJ:.:I CN:1:I CNADJ:.:I CICN:2:I CICNADJ:.:I';

/** Structural variants from VCF 4.4 on (4.4 §3). */
const INFO_SV_NEW =
  'IMPRECISE:0:B NOVEL:0:B SVTYPE:1:S SVLEN:A:I CIPOS:.:I CIEND:.:I HOMLEN:A:I HOMSEQ:A:S BKPTID:A:S MEINFO:.:S METRANS:.:S DGVID:A:S ' +
  'DBVARID:A:S DBRIPID:A:S MATEID:A:S PARID:A:S EVENT:A:S EVENTTYPE:A:S CILEN:.:I CN:A:F CICN:.:F SVCLAIM:A:S RN:A:I ' +
  'RUS:.:S RUL:.:I RUC:.:F RB:.:I CIRUC:.:F CIRB:.:I RUB:.:I';

/** VCF 4.1 §1.4.2. */
const FORMAT_COMMON = 'GT:1:S DP:1:I FT:1:S GL:G:F PL:G:I GP:G:F GQ:1:I HQ:2:I PS:1:I PQ:1:I EC:A:I MQ:1:I';
const FORMAT_41 = 'GLE:.:S';
const FORMAT_43 = 'AD:R:I ADF:R:I ADR:R:I PP:G:I';
const FORMAT_44 = 'PSL:P:S PSO:P:I PSQ:P:I';

/** Local alleles, reference block length and base modifications of VCF 4.5 §1.6.2. */
const FORMAT_45 =
  'LEN:1:I LA:.:I LAA:.:I LAD:LR:I LADF:LR:I LADR:LR:I LEC:LA:I LGL:LG:F LGP:LG:F LPL:LG:I LPP:LG:I M5mC:M:F DPM5mC:M:I ' +
  'ADM5mC:M:I M5hmC:M:F DPM5hmC:M:I ADM5hmC:M:I M5fC:M:F DPM5fC:M:I ADM5fC:M:I M5caC:M:F DPM5caC:M:I ADM5caC:M:I ' +
  'M5hmU:M:F DPM5hmU:M:I ADM5hmU:M:I M5fU:M:F DPM5fU:M:I ADM5fU:M:I M5caU:M:F DPM5caU:M:I ADM5caU:M:I M6mA:M:F ' +
  'DPM6mA:M:I ADM6mA:M:I M8oxoG:M:F DPM8oxoG:M:I ADM8oxoG:M:I MXaoN:M:F DPMXaoN:M:I ADMXaoN:M:I';

/** Structural variants (4.1 §4, 4.3 §4, 4.4 §4). */
const FORMAT_SV_41 = 'CN:1:I CNQ:1:F CNL:.:F NQ:1:I HAP:1:I AHAP:1:I';
const FORMAT_SV_43 = 'CN:1:I CNQ:1:F CNL:G:F CNP:G:F NQ:1:I HAP:1:I AHAP:1:I';
const FORMAT_SV_44 = 'CN:1:F CICN:2:F CNQ:1:F CNL:G:F CNP:G:F NQ:1:I HAP:1:I AHAP:1:I';

/**
 * Keys that the specification reserves without holding files to it: those of structural variants, whose shapes changed
 * between versions, and INFO SB, which its own test corpus uses with another shape.
 */
const LOOSE: Readonly<Record<FieldKind, ReadonlySet<string>>> = {
  info: idsOf(`SB:4:I ${INFO_SV_OLD} ${INFO_SV_NEW}`),
  format: idsOf(`${FORMAT_SV_41} ${FORMAT_SV_43} ${FORMAT_SV_44}`),
};

const BASE_MODIFICATION = /^(DP|AD)?M[0-9]+[ACGTUN]$/;

const TABLES = new Map<string, ReadonlyMap<string, FieldDefinition>>();

/**
 * Definition that the specification gives a reserved INFO or FORMAT key, by version. The tables are those of VCF 4.1–4.5
 * (4.3 and later: "Reserved INFO keys", "Reserved genotype keys"; §3 and §4 for structural variants). Unknown versions
 * are read as 4.3 when below 4.4, else as 4.5.
 */
export function reservedDefinition(version: string, kind: FieldKind, id: string): FieldDefinition | undefined {
  const minor = minorVersion(version);
  const found = reservedDefinitions(minor, kind).get(id);
  if (found !== undefined || kind === 'info' || minor < 5 || !BASE_MODIFICATION.test(id)) return found;
  return { id, number: 'M', type: id.startsWith('M') ? 'Float' : 'Integer', description: 'Base modification' };
}

/** True when a file must declare the key as `reservedDefinition` says; see LOOSE. */
export function isFirmlyReserved(version: string, kind: FieldKind, id: string): boolean {
  return !LOOSE[kind].has(id) && reservedDefinition(version, kind, id) !== undefined;
}

/** `3` for `4.3`; 2 when unreadable; 5 for anything newer than 4.x. */
export function minorVersion(version: string): number {
  const match = /^4\.(\d+)$/.exec(version);
  if (match !== null) return Number(match[1]);
  return Number(version) >= 5 ? 5 : 2;
}

function reservedDefinitions(minor: number, kind: FieldKind): ReadonlyMap<string, FieldDefinition> {
  const name = `${kind}${minor}`;
  let table = TABLES.get(name);
  if (table === undefined) {
    table = readTable(kind === 'info' ? infoTable(minor) : formatTable(minor));
    TABLES.set(name, table);
  }
  return table;
}

function infoTable(minor: number): string {
  // Allele depths became reserved in 4.3; SB was named before it, without a shape.
  const depths = minor >= 3 ? ' AD:R:I ADF:R:I ADR:R:I SB:4:I' : '';
  return `${INFO_COMMON}${depths} ${minor >= 4 ? INFO_SV_NEW : INFO_SV_OLD}`;
}

function formatTable(minor: number): string {
  if (minor <= 2) return `${FORMAT_COMMON} ${FORMAT_41} ${FORMAT_SV_41}`;
  if (minor === 3) return `${FORMAT_COMMON} ${FORMAT_43} ${FORMAT_SV_43}`;
  const shared = `${FORMAT_COMMON} ${FORMAT_43} ${FORMAT_44} ${FORMAT_SV_44}`;
  return minor === 4 ? shared : `${shared} ${FORMAT_45}`;
}

function idsOf(table: string): ReadonlySet<string> {
  return new Set(table.split(' ').map((entry) => entry.slice(0, entry.indexOf(':'))));
}

function readTable(text: string): ReadonlyMap<string, FieldDefinition> {
  const table = new Map<string, FieldDefinition>();
  for (const entry of text.split(' ')) {
    const [id = '', number = '.', type = 'S'] = entry.split(':');
    const parsed = /^\d+$/.test(number) ? Number(number) : (number as FieldNumber);
    table.set(id, { id, number: parsed, type: TYPES[type as keyof typeof TYPES], description: 'Reserved key' });
  }
  return table;
}
