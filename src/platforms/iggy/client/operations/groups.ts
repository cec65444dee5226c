import { JsonObject, readList } from '../http/json.ts';
import { type ByteReader, ByteWriter } from '../protocol/bytes.ts';
import type { GroupDetails, GroupInfo, Identifier } from '../types.ts';
import { nothing, type Operation, topicPath } from './operation.ts';

function readGroup(reader: ByteReader): GroupInfo {
  return { id: reader.u32(), partitions: reader.u32(), members: reader.u32(), name: reader.name() };
}

function readDetails(reply: ByteReader): GroupDetails {
  const memberList = (reader: ByteReader) =>
    reader.rest((member) => ({ id: member.u32(), partitions: member.times(member.u32(), (item) => item.u32()) }));
  return { ...readGroup(reply), memberList: memberList(reply) };
}

function groupFromJson(json: JsonObject): GroupInfo {
  return {
    id: json.number('id'),
    partitions: json.number('partitions_count'),
    members: json.number('members_count'),
    name: json.text('name'),
  };
}

function detailsFromJson(value: unknown): GroupDetails {
  const json = new JsonObject(value);
  const memberList = json.list('members', (member) => ({
    id: member.number('id'),
    partitions: member.numbers('partitions'),
  }));
  return { ...groupFromJson(json), memberList };
}

function target(stream: Identifier, topic: Identifier, group?: Identifier): readonly Uint8Array[] {
  const writer = new ByteWriter().identifier(stream).identifier(topic);
  if (group !== undefined) writer.identifier(group);
  return writer.pieces();
}

export function getGroups(stream: Identifier, topic: Identifier): Operation<readonly GroupInfo[]> {
  return {
    name: 'get groups',
    repeatable: true,
    binary: { code: 601, body: () => target(stream, topic), decode: (reply) => reply.rest(readGroup) },
    http: {
      method: 'GET',
      path: topicPath(stream, topic, 'consumer-groups'),
      decode: (json) => readList(json, groupFromJson),
    },
  };
}

export function getGroup(
  stream: Identifier,
  topic: Identifier,
  group: Identifier,
): Operation<GroupDetails | undefined> {
  return {
    name: 'get group',
    repeatable: true,
    binary: {
      code: 600,
      body: () => target(stream, topic, group),
      decode: (reply) => (reply.remaining === 0 ? undefined : readDetails(reply)),
    },
    http: {
      method: 'GET',
      path: topicPath(stream, topic, 'consumer-groups', group),
      decode: detailsFromJson,
      absent: { value: undefined },
    },
  };
}

export function createGroup(stream: Identifier, topic: Identifier, name: string): Operation<GroupInfo> {
  return {
    name: 'create group',
    repeatable: false,
    binary: {
      code: 602,
      operation: 139,
      body: () => new ByteWriter().identifier(stream).identifier(topic).name(name).pieces(),
      decode: readGroup,
    },
    http: {
      method: 'POST',
      path: topicPath(stream, topic, 'consumer-groups'),
      body: { name },
      decode: (json) => groupFromJson(new JsonObject(json)),
    },
  };
}

export function deleteGroup(stream: Identifier, topic: Identifier, group: Identifier): Operation<undefined> {
  return {
    name: 'delete group',
    repeatable: false,
    binary: { code: 603, operation: 140, body: () => target(stream, topic, group), decode: nothing },
    http: { method: 'DELETE', path: topicPath(stream, topic, 'consumer-groups', group), decode: nothing },
  };
}

/** Makes this connection a member. HTTP has no connections to be one. */
export function joinGroup(stream: Identifier, topic: Identifier, group: Identifier): Operation<undefined> {
  return {
    name: 'join group',
    repeatable: false,
    binary: { code: 604, operation: 148, body: () => target(stream, topic, group), decode: nothing },
  };
}

export function leaveGroup(stream: Identifier, topic: Identifier, group: Identifier): Operation<undefined> {
  return {
    name: 'leave group',
    repeatable: false,
    binary: { code: 605, operation: 149, body: () => target(stream, topic, group), decode: nothing },
  };
}

/** VSR only: the partitions of this connection as a member; undefined: it is none. */
export function syncGroup(
  stream: Identifier,
  topic: Identifier,
  group: Identifier,
): Operation<readonly number[] | undefined> {
  return {
    name: 'sync group',
    repeatable: false,
    binary: {
      code: 606,
      body: () => target(stream, topic, group),
      decode: (reply) => {
        if (reply.remaining === 0) return undefined;
        reply.u64(); // generation: we compare the partitions themselves
        return reply.times(reply.u32(), (reader) => reader.u32());
      },
    },
  };
}
