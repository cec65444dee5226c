import { VcfAgentError } from '../../core/errors.ts';

/** What LanceDB says when what it keeps is not what it wrote; anything else it refuses is a mistake of ours. */
const DAMAGE = new RegExp(
  [
    'not found|does not exist|no such file|LocalFileSystem|LanceError\\(IO\\)|io ?error|os error',
    'corrupt|truncated|unexpected (?:end|eof)|fill whole buffer|checksum|magic|out of (?:range|bounds)',
    'decod|panick|invalid (?:file|manifest|page|protobuf)|prost',
  ].join('|'),
  'i',
);
const FULL = /no space left|os error 28|ENOSPC/i;
const MAX_MESSAGE_CHARACTERS = 300;

/** Runs a call of LanceDB; rejects with PROJECTION_DAMAGED, DISK_FULL, ABORTED, or as it is. */
export async function calling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toLanceError(error);
  }
}

function toLanceError(error: unknown): unknown {
  if (error instanceof VcfAgentError || !(error instanceof Error)) return error;
  const [line = ''] = error.message.split('\n');
  const message = line.slice(0, MAX_MESSAGE_CHARACTERS);
  if (FULL.test(error.message)) {
    return new VcfAgentError('DISK_FULL', `no space left for LanceDB: ${message}`, { cause: error });
  }
  if (!DAMAGE.test(error.message)) return error;
  return new VcfAgentError('PROJECTION_DAMAGED', message, { cause: error });
}
