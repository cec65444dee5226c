import { Type } from 'typebox';
import { VcfAgentError } from '../../core/errors.ts';
import { parseFilter } from '../../core/filter-parser.ts';
import { compareFiles } from '../compare.ts';
import { IMPACTS } from '../graph.ts';
import { lookUpVariant } from '../look-up.ts';
import { parseVariantName } from '../variant-name.ts';
import { fileName, filterText, limit, variantName } from './store-tools.ts';
import { fileNamed, type ToolAnswer, type ToolContext, toolOf } from './tool.ts';

const sampleName = Type.String({ minLength: 1, maxLength: 300 });

export const compareTool = toolOf(
  {
    name: 'compare',
    description: 'Compares two stored files: variants in both and in one only, by type, and the genotypes of samples.',
    input: Type.Object({ a: fileName, b: fileName }, { additionalProperties: false }),
  },
  async (context, { a, b }) => {
    const { store } = context.app;
    const input = async (wanted: string) => ({ file: await fileNamed(context, wanted), store });
    return { ...(await compareFiles(await input(a), await input(b), { signal: context.signal })) };
  },
);

const GraphInput = Type.Object(
  {
    question: Type.Union(
      ['shared', 'genes', 'neighbours', 'cypher'].map((name) => Type.Literal(name)),
      {
        description:
          'shared: rare variants that samples a and b both carry. genes: genes hit in at least so many samples. neighbours: what a variant is connected with. cypher: one statement that reads.',
      },
    ),
    a: Type.Optional(sampleName),
    b: Type.Optional(sampleName),
    maxAf: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    samples: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    impact: Type.Optional(
      Type.Array(Type.Union(IMPACTS.map((name) => Type.Literal(name))), { minItems: 1, maxItems: 4 }),
    ),
    variant: Type.Optional(variantName),
    statement: Type.Optional(Type.String({ minLength: 1, maxLength: 5000 })),
    limit: limit(200, 50),
  },
  { additionalProperties: false },
);

export const graphTool = toolOf(
  {
    name: 'graph',
    description:
      'Asks the graph of samples, variants, genes, transcripts and diseases. HasVariant, LocatedIn, AssociatedWith, AnalyzedBy and SimilarTo relate them.',
    input: GraphInput,
  },
  async (context, { question, a, b, samples, variant, statement, maxAf, impact, limit }): Promise<ToolAnswer> => {
    const { graph } = context.app;
    const options = { limit, signal: context.signal };
    if (question === 'shared') {
      const [first, second] = [needed(a, 'a', question), needed(b, 'b', question)];
      return { ...(await graph.shared(first, second, { ...options, maxAf })) };
    }
    if (question === 'genes') {
      return { ...(await graph.genes({ ...options, samples: needed(samples, 'samples', question), maxAf, impact })) };
    }
    if (question === 'neighbours') {
      const key = await keyOf(context, needed(variant, 'variant', question));
      return { ...(await graph.neighbours(key, options)) };
    }
    return { ...(await graph.cypher(needed(statement, 'statement', question), options)) };
  },
);

function needed<T>(value: T | undefined, name: string, question: string): T {
  if (value !== undefined) return value;
  throw new VcfAgentError('USAGE', `graph: ${question} needs ${name}`);
}

/** The key of a variant, however it is named. */
async function keyOf({ app, signal }: ToolContext, variant: string): Promise<string> {
  const [found] = await lookUpVariant(app.store, variant.trim(), { tenant: app.tenant, limit: 1, signal });
  const { chrom, pos, ref, alt } = found!.row;
  return `${chrom}:${pos}:${ref}:${alt}`;
}

export const similarTool = toolOf(
  {
    name: 'similar',
    description:
      'Variants whose features (consequence, frequency, scores, gene, type) are most like those of one variant; with explain, what each feature adds.',
    input: Type.Object(
      {
        variant: variantName,
        filter: Type.Optional(filterText),
        explain: Type.Boolean({ default: false }),
        limit: limit(50, 10),
      },
      { additionalProperties: false },
    ),
  },
  async ({ app, signal }, { variant, filter, explain, limit }) => {
    const { filter: wanted, matches } = parseVariantName(variant.trim());
    const among = filter === undefined ? undefined : parseFilter(filter);
    return { ...(await app.similar(wanted, { matches, filter: among, explain, limit, signal })) };
  },
);

export const searchTool = toolOf(
  {
    name: 'search',
    description: 'Variants by words in their descriptions (diseases, genes, consequences) and by what they mean.',
    input: Type.Object(
      {
        words: Type.String({ minLength: 1, maxLength: 500 }),
        filter: Type.Optional(filterText),
        limit: limit(100, 20),
      },
      { additionalProperties: false },
    ),
  },
  async ({ app, signal }, { words, filter, limit }) => {
    const among = filter === undefined ? undefined : parseFilter(filter);
    return { ...(await app.search(words, { filter: among, limit, signal })) };
  },
);
