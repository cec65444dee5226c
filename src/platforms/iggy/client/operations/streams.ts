import { type JsonObject, JsonObject as ReadObject, readList } from '../http/json.ts';
import { ByteWriter } from '../protocol/bytes.ts';
import type { Identifier, StreamDetails, StreamInfo } from '../types.ts';
import { nothing, type Operation, streamPath } from './operation.ts';
import { topicFromJson } from './topics.ts';

function streamFromJson(json: JsonObject): StreamInfo {
  return {
    id: json.number('id'),
    createdAtUs: json.bigint('created_at'),
    topics: json.number('topics_count'),
    bytes: json.bytes('size'),
    messages: json.bigint('messages_count'),
    name: json.text('name'),
  };
}

export function getStreams(): Operation<readonly StreamInfo[]> {
  return {
    name: 'get streams',
    repeatable: true,
    binary: {
      code: 201,
      body: () => [],
      decode: (reply, dialect) => reply.rest((reader) => dialect.readStream(reader)),
    },
    http: { method: 'GET', path: '/streams', decode: (json) => readList(json, streamFromJson) },
  };
}

export function getStream(stream: Identifier): Operation<StreamDetails | undefined> {
  return {
    name: 'get stream',
    repeatable: true,
    binary: {
      code: 200,
      body: () => new ByteWriter().identifier(stream).pieces(),
      decode: (reply, dialect) => {
        if (reply.remaining === 0) return undefined;
        return { ...dialect.readStream(reply), topicList: reply.rest((reader) => dialect.readTopic(reader)) };
      },
    },
    http: {
      method: 'GET',
      path: streamPath(stream),
      decode: (json) => {
        const object = new ReadObject(json);
        return { ...streamFromJson(object), topicList: object.list('topics', topicFromJson) };
      },
      absent: { value: undefined },
    },
  };
}

export function createStream(name: string): Operation<StreamInfo> {
  return {
    name: 'create stream',
    repeatable: false,
    binary: {
      code: 202,
      operation: 128,
      body: (dialect) => {
        const writer = new ByteWriter().name(name);
        dialect.writeStreamOptions(writer);
        return writer.pieces();
      },
      decode: (reply, dialect) => dialect.readStream(reply),
    },
    http: {
      method: 'POST',
      path: '/streams',
      body: { name },
      decode: (json) => streamFromJson(new ReadObject(json)),
    },
  };
}

export function deleteStream(stream: Identifier): Operation<undefined> {
  return {
    name: 'delete stream',
    repeatable: false,
    binary: { code: 203, operation: 130, body: () => new ByteWriter().identifier(stream).pieces(), decode: nothing },
    http: { method: 'DELETE', path: streamPath(stream), decode: nothing },
  };
}
