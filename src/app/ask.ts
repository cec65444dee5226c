import { EXAMPLES, type NotUnderstood, type Plan, type Step, type Vocabulary } from '../analysis/ask/plan.ts';
import { planQuestion } from '../analysis/ask/planner.ts';
import { proposalPrompt, readProposal } from '../analysis/ask/proposal.ts';
import { VcfAgentError } from '../core/errors.ts';
import { parseFilter } from '../core/filter-parser.ts';
import type { Cancellable } from '../core/ports.ts';
import type { App } from './app.ts';
import { TOOLS, toolNamed } from './tools/registry.ts';
import { checkedInput, type ToolAnswer, type ToolContext } from './tools/tool.ts';

/** A model that may propose a plan. Rejects with a VcfAgentError for what may not leave. */
export type Proposer = (
  prompt: { readonly system: string; readonly prompt: string },
  options: Cancellable,
) => Promise<{ readonly by: string; readonly text: string } | { readonly failure: string }>;

/** A plan whose every step was checked, and who made it. */
export interface CheckedPlan extends Plan {
  readonly question: string;
  /** `grammar`, or the model that proposed it. */
  readonly by: string;
}

/** What somebody said and nobody understood. */
export interface Unanswered extends NotUnderstood {
  readonly question: string;
  readonly examples: readonly string[];
}

/** Names that questions may use: of all that is stored. */
async function vocabularyOf({ store, tenant }: App): Promise<Vocabulary> {
  const files = await store.files(tenant);
  return {
    samples: [...new Set(files.flatMap(({ sampleNames }) => sampleNames))],
    files: files.map(({ name, sampleNames }) => ({ name, samples: sampleNames })),
  };
}

/**
 * A question in words as a plan of tools. The grammar reads it; what it does not understand, a model may, when there is one. Either's
 * plan is checked in one way, so nothing runs that a person could not have typed.
 */
export async function planFor(
  app: App,
  question: string,
  { propose, signal }: Cancellable & { readonly propose?: Proposer | undefined } = {},
): Promise<CheckedPlan | Unanswered> {
  const read = planQuestion(question, await vocabularyOf(app));
  if ('steps' in read) return { question, by: 'grammar', reading: read.reading, steps: read.steps.map(checkedStep) };
  if (propose === undefined) return { question, ...read, examples: EXAMPLES };
  const answer = await propose(proposalPrompt(question, TOOLS), { signal });
  if ('failure' in answer)
    return { question, ...read, reason: `${read.reason}; ${answer.failure}`, examples: EXAMPLES };
  const proposed = readProposal(answer.text);
  const refused = (why: string): Unanswered => ({
    question,
    words: read.words,
    reason: `${read.reason}; ${answer.by} proposed nothing that can be run: ${why}`,
    examples: EXAMPLES,
  });
  if (typeof proposed === 'string') return refused(proposed);
  try {
    return { question, by: answer.by, reading: proposed.reading, steps: proposed.steps.map(checkedStep) };
  } catch (error) {
    if (!(error instanceof VcfAgentError)) throw error;
    return refused(error.message);
  }
}

/** With the schema's defaults. Throws NOT_FOUND for a tool that is not there, USAGE, FILTER_SYNTAX. */
function checkedStep({ tool, input }: Step): Step {
  const { input: schema } = toolNamed(tool);
  const whole = checkedInput(tool, schema, input) as Record<string, unknown>;
  if (typeof whole.filter === 'string') parseFilter(whole.filter);
  return { tool, input: whole };
}

/** What each step answers, in order. */
export async function* runPlan(
  context: ToolContext,
  { steps }: Pick<Plan, 'steps'>,
): AsyncGenerator<{ readonly step: Step; readonly answer: ToolAnswer }> {
  for (const step of steps) yield { step, answer: await toolNamed(step.tool).run(context, step.input) };
}
