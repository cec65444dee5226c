export { IggyClient } from './client.ts';
export { type IggyClock, systemClock } from './clock.ts';
export { IggyError, type IggyErrorCode } from './errors.ts';
export { decodeHeaders, encodeHeaders, type HeaderKind, headerText, textHeader, type UserHeader } from './headers.ts';
export type { Assignment, Membership, MembershipTarget } from './membership.ts';
export type { IggyClientOptions } from './options.ts';
export type { Credentials, ProtocolName } from './protocol/protocol.ts';
export { SERVER_ERROR } from './server-errors.ts';
export type * from './types.ts';
