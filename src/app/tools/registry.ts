import { VcfAgentError } from '../../core/errors.ts';
import { reportTool, verdictsTool } from './analysis-tools.ts';
import { compareTool, graphTool, searchTool, similarTool } from './relation-tools.ts';
import { carriersTool, filesTool, getTool, queryTool, summaryTool } from './store-tools.ts';
import type { Tool } from './tool.ts';

/** Everything that can be asked, whoever asks. */
export const TOOLS: readonly Tool[] = [
  queryTool,
  getTool,
  filesTool,
  summaryTool,
  carriersTool,
  verdictsTool,
  reportTool,
  similarTool,
  searchTool,
  graphTool,
  compareTool,
];

/** Throws NOT_FOUND. */
export function toolNamed(name: string): Tool {
  const tool = TOOLS.find((one) => one.name === name);
  if (tool === undefined) throw new VcfAgentError('NOT_FOUND', `there is no tool ${name}`);
  return tool;
}
