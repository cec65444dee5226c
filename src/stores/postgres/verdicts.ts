import type { Cancellable } from '../../core/ports.ts';
import type {
  AnnotationSet,
  AnnotationSetFacts,
  Judgement,
  KeptVerdict,
  NewJudgement,
  NewOverride,
  NewVerdict,
  Override,
  ReviewedVariant,
  SaveOptions,
  VariantPlace,
  VerdictChange,
  VerdictClass,
  VerdictQuery,
  VerdictStore,
} from '../../core/verdicts.ts';
import { dropUnusedSets, listAnnotationSets, readAnnotationSet } from './annotation-sets.ts';
import type { Database } from './connection.ts';
import { CopyBuffers } from './copy-buffers.ts';
import { addOverride, readOverrides } from './overrides.ts';
import { countVerdicts, readChanges, readJudgements, readPlaces, readVerdicts } from './read-verdicts.ts';
import { saveJudgement } from './save-verdicts.ts';

/** The truth's part about judgements. Every method rejects with a VcfAgentError, as those of the store do. */
export class PostgresVerdicts implements VerdictStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async save(
    tenant: string,
    fileId: number,
    judgement: NewJudgement,
    batches: AsyncIterable<readonly NewVerdict[]>,
    options: SaveOptions,
  ): Promise<Judgement> {
    const what = { tenant, fileId, judgement };
    const saved = await this.#database.transaction(
      (client) => saveJudgement(client, what, batches, options, new CopyBuffers()),
      options,
    );
    await this.dropUnusedSets();
    // As after a file: the planner learns of their numbers.
    await this.#database.use((client) => client.query('analyze verdicts')).catch(() => {});
    return saved;
  }

  /** Best effort: whoever holds the table now does the same afterwards. */
  async dropUnusedSets(): Promise<void> {
    await this.#database.transaction(dropUnusedSets).catch(() => {});
  }

  async judgements(tenant: string, fileId: number, options: Cancellable = {}): Promise<readonly Judgement[]> {
    return await this.#database.use((client) => readJudgements(client, tenant, fileId), options);
  }

  async changes(tenant: string, judgementId: number, options: Cancellable = {}): Promise<readonly VerdictChange[]> {
    return await this.#database.use((client) => readChanges(client, tenant, judgementId), options);
  }

  async *places(tenant: string, fileId: number, options: Cancellable = {}): AsyncGenerator<readonly VariantPlace[]> {
    yield* this.#database.stream((client) => readPlaces(client, tenant, fileId), options);
  }

  async query(tenant: string, wanted: VerdictQuery): Promise<readonly KeptVerdict[]> {
    return await this.#database.use((client) => readVerdicts(client, tenant, wanted), wanted);
  }

  async counts(tenant: string, fileId: number, options: Cancellable = {}): Promise<ReadonlyMap<VerdictClass, number>> {
    return await this.#database.use((client) => countVerdicts(client, tenant, fileId), options);
  }

  async addOverride(tenant: string, override: NewOverride, rowIds: readonly bigint[]): Promise<Override> {
    return await this.#database.transaction((client) => addOverride(client, tenant, override, rowIds));
  }

  async overrides(tenant: string, of?: ReviewedVariant, options: Cancellable = {}): Promise<readonly Override[]> {
    return await this.#database.use((client) => readOverrides(client, tenant, of), options);
  }

  async annotationSets(tenant: string, options: Cancellable = {}): Promise<readonly AnnotationSetFacts[]> {
    return await this.#database.use((client) => listAnnotationSets(client, tenant), options);
  }

  async annotationSet(tenant: string, digest: string, options: Cancellable = {}): Promise<AnnotationSet> {
    return await this.#database.use((client) => readAnnotationSet(client, tenant, digest), options);
  }
}
