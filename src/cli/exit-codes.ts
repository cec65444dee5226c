import type { ErrorCode } from '../core/errors.ts';

/** What the process ends with. Documented in docs/guide.md and in `--help`; scripts rely on it. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  environment: 4,
  bug: 70,
  interrupted: 130,
} as const;

export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.failed, 'the answer is no: validation errors, a proof that failed, nothing found, input that cannot be used'],
  [EXIT.usage, 'the command, a filter or the configuration is wrong'],
  [EXIT.partial, 'done, but records were rejected or the input ended early'],
  [EXIT.environment, 'the machine stands in the way: database unreachable, disk full, home in use'],
  [EXIT.bug, 'a bug in vcf-agent'],
  [EXIT.interrupted, 'interrupted (Ctrl-C); run the same command again to continue'],
];

interface Outcome {
  readonly exit: number;
  /** What to do, when the message cannot say it. */
  readonly advice?: string;
}

const DOCTOR = '`vcf-agent doctor` checks what is configured and reachable.';
const AGAIN = 'Run the same command again: it continues where it stopped.';

/** For every code: how the process ends, and what a person can do. */
export const OUTCOMES: Readonly<Record<ErrorCode, Outcome>> = {
  ABORTED: { exit: EXIT.interrupted, advice: AGAIN },
  API_VERSION_GONE: { exit: EXIT.failed },
  API_VERSION_UNKNOWN: { exit: EXIT.usage },
  APPLY_STALLED: { exit: EXIT.environment, advice: AGAIN },
  CHECKPOINT_CORRUPT: {
    exit: EXIT.environment,
    advice: 'Run again with --no-resume: the file is read from its start.',
  },
  CONFIG_INVALID: { exit: EXIT.usage, advice: '`vcf-agent config --help` lists every setting.' },
  DATABASE_UNAVAILABLE: { exit: EXIT.environment, advice: DOCTOR },
  DATABASE_ERROR: { exit: EXIT.environment, advice: DOCTOR },
  DELIVERY_FAILED: { exit: EXIT.environment },
  DISK_FULL: { exit: EXIT.environment, advice: `Make room, then: ${AGAIN.charAt(0).toLowerCase()}${AGAIN.slice(1)}` },
  EGRESS_DENIED: { exit: EXIT.environment, advice: 'analysis.egressAllow says what may leave for whom.' },
  EMBEDDER_UNAVAILABLE: {
    exit: EXIT.environment,
    advice: '`vcf-agent config` shows what is configured; VCF_AGENT_EMBEDDINGS=local needs no network.',
  },
  ENVELOPE_CORRUPT: {
    exit: EXIT.environment,
    advice: 'The log holds bytes that were not written by vcf-agent, or the disk is failing.',
  },
  FILTER_SYNTAX: { exit: EXIT.usage, advice: '`vcf-agent query --help` shows the filter language.' },
  FORBIDDEN: { exit: EXIT.failed },
  HOME_IN_USE: { exit: EXIT.environment },
  INPUT_CHANGED: { exit: EXIT.failed },
  INPUT_CORRUPT: { exit: EXIT.failed, advice: '`vcf-agent validate` says where. Fetch or make the file again.' },
  INPUT_FORMAT: { exit: EXIT.failed, advice: 'It must be VCF (plain, gzip or BGZF) or BCF.' },
  INPUT_IS_DIRECTORY: { exit: EXIT.failed, advice: 'Name its files, or a pattern such as "folder/*.vcf.gz".' },
  INPUT_LIMIT: { exit: EXIT.failed, advice: '`vcf-agent config` shows the limits and how to raise them.' },
  INPUT_NOT_FOUND: { exit: EXIT.failed },
  INPUT_TRUNCATED: { exit: EXIT.partial },
  INPUT_UNREADABLE: { exit: EXIT.failed },
  INPUT_UNSORTED: { exit: EXIT.failed, advice: 'Sort it, or leave out --index.' },
  LOG_FULL: { exit: EXIT.environment, advice: 'VCF_AGENT_LOG_MAX_BYTES raises the bound.' },
  LOG_UNAVAILABLE: { exit: EXIT.environment, advice: DOCTOR },
  MEDIA_TYPE_UNKNOWN: { exit: EXIT.usage },
  METHOD_NOT_ALLOWED: { exit: EXIT.usage },
  NOT_ACCEPTABLE: { exit: EXIT.usage },
  NOT_FOUND: { exit: EXIT.failed, advice: '`vcf-agent files` lists what is stored.' },
  OPTION_CONFLICT: { exit: EXIT.usage },
  OUTPUT_UNWRITABLE: { exit: EXIT.environment },
  OVERLOADED: { exit: EXIT.environment },
  PLATFORM_AUTHENTICATION: { exit: EXIT.environment },
  PLATFORM_ERROR: { exit: EXIT.environment },
  PLATFORM_PROTOCOL: { exit: EXIT.environment },
  PLATFORM_TIMEOUT: { exit: EXIT.environment },
  PLATFORM_UNAVAILABLE: { exit: EXIT.environment },
  PORT_UNAVAILABLE: { exit: EXIT.environment },
  PROJECTION_DAMAGED: { exit: EXIT.environment, advice: '`vcf-agent rebuild lancedb` or `graph` makes it anew.' },
  RATE_LIMITED: { exit: EXIT.environment },
  RECEIPT_UNBALANCED: { exit: EXIT.failed },
  REFERENCE_UNUSABLE: { exit: EXIT.usage },
  REQUEST_INVALID: { exit: EXIT.usage },
  REQUEST_TIMEOUT: { exit: EXIT.environment },
  REQUEST_TOO_LARGE: { exit: EXIT.failed },
  TOPIC_NOT_FOUND: { exit: EXIT.environment },
  UNAUTHENTICATED: { exit: EXIT.usage },
  UPLOAD_CONFLICT: { exit: EXIT.failed },
  USAGE: { exit: EXIT.usage, advice: 'Add --help for the options and examples.' },
};
