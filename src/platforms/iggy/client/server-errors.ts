import { IggyError, type IggyErrorCode } from './errors.ts';

/** Server error numbers this client or its callers act on. */
export const SERVER_ERROR = {
  invalidCommand: 3,
  disconnected: 8,
  resourceNotFound: 20,
  staleClient: 30,
  unauthenticated: 40,
  unauthorized: 41,
  transientNotCommitted: 57,
  transientNotAccepted: 58,
  clientNotFound: 100,
  streamNameExists: 1012,
  topicNameExists: 2013,
  partitionNotFound: 3007,
  offsetNotFound: 3021,
  consumerNotResolved: 3022,
  invalidOffset: 4100,
  groupNameExists: 5004,
  notAGroupMember: 5006,
} as const;

/** Names for people, of the numbers one meets. */
const NAMES: Readonly<Record<number, string>> = {
  1: 'internal error',
  2: 'invalid configuration',
  3: 'invalid command',
  4: 'invalid format',
  5: 'feature unavailable',
  6: 'invalid identifier',
  8: 'the server is going away',
  20: 'resource not found',
  30: 'stale client',
  31: 'TCP error',
  32: 'QUIC error',
  40: 'not logged in',
  41: 'not allowed',
  42: 'invalid credentials',
  43: 'invalid user name',
  44: 'invalid password',
  45: 'invalid user status',
  46: 'user exists already',
  47: 'user is inactive',
  50: 'invalid token name',
  51: 'token exists already',
  52: 'too many tokens',
  53: 'invalid token',
  54: 'token expired',
  57: 'not committed yet',
  58: 'not accepted yet',
  59: 'applied already, the reply is gone',
  61: 'connection closed',
  100: 'client not found',
  1009: 'stream not found',
  1010: 'stream not found',
  1012: 'stream exists already',
  1019: 'invalid topic size',
  2010: 'topic not found',
  2011: 'topic not found',
  2013: 'topic exists already',
  2015: 'too many partitions',
  3007: 'partition not found',
  3009: 'topic is full',
  3021: 'consumer offset not found',
  3022: 'the partition is not this member’s',
  4009: 'empty batch or wrong message count',
  4017: 'message headers too big',
  4022: 'message payload too big',
  4025: 'wrong message payload length',
  4041: 'a topic option that the server does not know',
  4100: 'offset beyond the end of the partition',
  5000: 'consumer group not found',
  5003: 'consumer group not found',
  5004: 'consumer group exists already',
  5006: 'not a member of the consumer group',
  11000: 'shard error',
  11001: 'shard not reachable',
  13000: 'I/O error in the server',
};

const AUTHENTICATION: readonly number[] = [40, 41, 42, 43, 44, 47, 53, 54];
const NOT_FOUND: readonly number[] = [20, 1009, 1010, 2010, 2011, 3007, 5000, 5003];
/** Worth trying again on a new connection. */
const RETRYABLE: readonly number[] = [8, 30, 31, 32, 57, 58, 61, 100, 11001];
/** The server says neither yes nor no: the request may have been carried out. */
const UNKNOWN_OUTCOME: readonly number[] = [57, 59, 11001, 13000];

/** What the server answered to `operation` as an error. `detail`: its own words, where the transport carries them. */
export function serverError(serverCode: number, operation: string, detail?: string): IggyError {
  const code: IggyErrorCode = AUTHENTICATION.includes(serverCode)
    ? 'AUTHENTICATION'
    : NOT_FOUND.includes(serverCode)
      ? 'NOT_FOUND'
      : 'SERVER';
  const words = detail ?? NAMES[serverCode] ?? 'no name known';
  return new IggyError(code, `${operation}: the server answered error ${serverCode}: ${words}`, {
    serverCode,
    retryable: RETRYABLE.includes(serverCode),
    outcomeUnknown: UNKNOWN_OUTCOME.includes(serverCode),
  });
}
