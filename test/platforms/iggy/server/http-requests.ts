import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeHeaders, encodeHeaders } from '../../../../src/platforms/iggy/client/headers.ts';
import { ByteReader, ByteWriter } from '../../../../src/platforms/iggy/client/protocol/bytes.ts';
import { partitionOfKey } from './checksums.ts';
import type { ConnectionContext } from './server.ts';
import {
  CODE,
  find,
  type Group,
  nowUs,
  type Partition,
  Refusal,
  remove,
  type StoredMessage,
  type Stream,
  type Topic,
} from './store.ts';

/** The HTTP interface of 0.8, as far as the client uses it. */
export function serveHttp(request: IncomingMessage, response: ServerResponse, context: ConnectionContext): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (context.isHung()) return;
    const text = Buffer.concat(chunks).toString();
    const body = text === '' ? {} : JSON.parse(text);
    try {
      const [status, json] = answer(request, body, context);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(json === undefined ? undefined : toJson(json));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const notFound: readonly number[] = [404, CODE.streamNotFound, CODE.topicNotFound, CODE.partitionNotFound];
      response.writeHead(error.code === 401 ? 401 : notFound.includes(error.code) ? 404 : 400);
      response.end(
        error.code === 401
          ? undefined
          : JSON.stringify({ id: error.code, code: 'refused', reason: 'refused', field: null }),
      );
    }
  });
}

/** Integers of any size as plain numbers, as the real server writes them. */
function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `#${item}#` : item));
  return text.replaceAll(/"#(\d+)#"/g, '$1');
}

// biome-ignore lint/suspicious/noExplicitAny: requests come as JSON of many shapes
type Json = any;
type Answer = readonly [status: number, json?: unknown];

function answer(request: IncomingMessage, body: Json, context: ConnectionContext): Answer {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const parts = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const call = `${request.method} ${parts[0]}`;
  const { accounts, store } = context;
  if (url.pathname === '/ping') return [200];
  const login = { user_id: 0, access_token: { token: 'jwt', expiry: 4_000_000_000 } };
  if (url.pathname === '/users/login') {
    if (!accounts.isUser(body.username, body.password)) throw new Refusal(CODE.invalidCredentials);
    return [200, login];
  }
  if (url.pathname === '/personal-access-tokens/login') {
    if (!accounts.isToken(body.token)) throw new Refusal(CODE.invalidCredentials);
    return [200, login];
  }
  if (request.headers.authorization !== 'Bearer jwt') throw new Refusal(401);
  if (call === 'POST personal-access-tokens') return [200, { token: accounts.createToken() }];
  if (call === 'GET stats') return [200, statsJson(context)];
  if (call === 'GET cluster') return [200, clusterJson()];
  if (parts[0] !== 'streams') throw new Refusal(404);
  if (parts.length === 1) {
    if (request.method === 'GET') return [200, store.streams.map((stream) => streamJson(stream))];
    return [200, { ...streamJson(store.createStream(body.name)), topics: [] }];
  }
  const stream = find(store.streams, parts[1]!);
  if (stream === undefined) throw new Refusal(request.method === 'DELETE' ? CODE.streamNotFound : 404);
  if (parts.length > 2) return topicAnswer(request.method ?? '', parts.slice(3), url.searchParams, stream, body);
  if (request.method === 'GET') return [200, { ...streamJson(stream), topics: stream.topics.map(topicJson) }];
  remove(store.streams, stream);
  return [204];
}

function topicAnswer(method: string, parts: string[], query: URLSearchParams, stream: Stream, body: Json): Answer {
  if (parts.length === 0) {
    if (method === 'GET') return [200, stream.topics.map(topicJson)];
    return [200, detailsJson(stream.createTopic(body.name, body.partitions_count))];
  }
  const found = find(stream.topics, parts[0]!);
  if (found === undefined) throw new Refusal(method === 'GET' ? 404 : CODE.topicNotFound);
  const what = `${method} ${parts[1] ?? ''}`;
  if (what === 'GET ') return [200, detailsJson(found)];
  if (what === 'DELETE ') {
    remove(stream.topics, found);
    return [204];
  }
  if (what === 'DELETE purge') {
    for (const { messages } of found.partitions) messages.length = 0;
    return [204];
  }
  if (what === 'POST partitions') {
    found.resize(found.partitions.length + body.partitions_count);
    return [201];
  }
  if (what === 'DELETE partitions') {
    found.resize(found.partitions.length - Number(query.get('partitions_count')));
    return [204];
  }
  if (parts[1] === 'consumer-groups') return groupAnswer(method, parts[2], found, body);
  return messageAnswer(what, parts, query, found, body);
}

/** Over HTTP a group can be made and looked at, not joined. */
function groupAnswer(method: string, name: string | undefined, topic: Topic, body: Json): Answer {
  const groupJson = ({ id, name: itsName, members }: Group) => {
    return { id, name: itsName, partitions_count: topic.partitions.length, members_count: members.length };
  };
  if (method === 'POST') return [201, { ...groupJson(topic.createGroup(body.name)), members: [] }];
  if (name === undefined) return [200, topic.groups.map(groupJson)];
  const group = find(topic.groups, name);
  if (group === undefined) throw new Refusal(404);
  if (method === 'GET') return [200, { ...groupJson(group), members: [] }];
  remove(topic.groups, group);
  return [204];
}

function messageAnswer(what: string, parts: string[], query: URLSearchParams, topic: Topic, body: Json): Answer {
  if (what === 'POST messages') {
    topic.partition(chosen(topic, body.partitioning)).messages.push(...body.messages.map(readMessage));
    return [201];
  }
  if (what === 'GET messages' && parts[2] === 'flush') {
    topic.partition(Number(parts[3]));
    return [200];
  }
  const number = Number(query.get('partition_id') ?? body.partition_id);
  const partition = topic.partition(number);
  const key = `consumer ${query.get('consumer_id') ?? body.consumer_id ?? parts[2]}`;
  if (what === 'GET messages') return [200, pollJson(partition, number, query, partition.offsets.get(key))];
  if (what === 'PUT consumer-offsets') {
    if (BigInt(body.offset) > partition.currentOffset) throw new Refusal(CODE.invalidOffset);
    partition.offsets.set(key, BigInt(body.offset));
    return [204];
  }
  if (what === 'DELETE consumer-offsets') {
    if (!partition.offsets.delete(key)) throw new Refusal(3021);
    return [204];
  }
  if (what !== 'GET consumer-offsets') throw new Refusal(404);
  const stored = partition.offsets.get(key);
  if (stored === undefined) throw new Refusal(404);
  return [200, { partition_id: number, current_offset: partition.currentOffset, stored_offset: stored }];
}

function chosen(topic: Topic, { kind, value }: Json): number {
  const bytes = Buffer.from(value, 'base64');
  if (kind === 'balanced') return topic.nextBalanced();
  return kind === 'partition_id' ? bytes.readUInt32LE() : partitionOfKey(bytes, topic.partitions.length);
}

function readMessage({ id, payload, user_headers: headers = [] }: Json): StoredMessage {
  const base64 = (text: string) => Buffer.from(text, 'base64');
  const block = encodeHeaders(
    headers.map(({ key, value }: Json) => ({
      key: base64(key.value).toString(),
      kind: value.kind,
      value: base64(value.value),
    })),
  );
  const now = nowUs();
  return {
    id: BigInt(id),
    timestampUs: now,
    originTimestampUs: now,
    payload: base64(payload),
    headers: Buffer.from(block),
  };
}

function pollJson(partition: Partition, number: number, query: URLSearchParams, stored: bigint | undefined): unknown {
  const { messages } = partition;
  const count = Number(query.get('count'));
  const value = BigInt(query.get('value') ?? 0);
  const firsts: Readonly<Record<string, () => number>> = {
    first: () => 0,
    last: () => Math.max(0, messages.length - count),
    next: () => (stored === undefined ? 0 : Number(stored) + 1),
    offset: () => Number(value),
    timestamp: () => messages.findIndex(({ timestampUs }) => timestampUs >= value),
  };
  const first = firsts[query.get('kind') ?? 'offset']?.() ?? 0;
  const found = partition.from(first, count);
  // With nothing to give the real server names neither the partition nor where it ends.
  if (found.length === 0) return { partition_id: 0, current_offset: 0, count: 0, messages: [] };
  return {
    partition_id: number,
    current_offset: partition.currentOffset,
    count: found.length,
    messages: found.map((message, index) => messageJson(message, BigInt(first + index))),
  };
}

function messageJson({ id, timestampUs, originTimestampUs, payload, headers }: StoredMessage, offset: bigint): unknown {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    header: {
      checksum: new ByteReader(new ByteWriter().u64(2n ** 63n).joined()).u64(),
      id,
      offset,
      timestamp: timestampUs,
      origin_timestamp: originTimestampUs,
      user_headers_length: headers.length,
      payload_length: payload.length,
      reserved: 0,
    },
    payload: text(payload),
    user_headers: decodeHeaders(headers).map(({ key, kind, value }) => ({
      key: { kind: 'string', value: text(Buffer.from(key)) },
      value: { kind, value: text(value) },
    })),
  };
}

function streamJson({ id, createdAtUs, name, topics }: Stream): object {
  const messages = topics.reduce((sum, topic) => sum + topic.messages, 0n);
  const size = `${topics.reduce((sum, topic) => sum + topic.bytes, 0n)} B`;
  return { id, created_at: createdAtUs, name, size, messages_count: messages, topics_count: topics.length };
}

function topicJson({ id, createdAtUs, name, bytes, messages, partitions }: Topic): object {
  return {
    id,
    created_at: createdAtUs,
    name,
    size: `${bytes} B`,
    message_expiry: 2n ** 64n - 1n,
    compression_algorithm: 'none',
    max_topic_size: 2n ** 64n - 1n,
    replication_factor: 1,
    messages_count: messages,
    partitions_count: partitions.length,
  };
}

function detailsJson(topic: Topic): object {
  const partitions = topic.partitions.map(({ createdAtUs, currentOffset, bytes, messages }, id) => ({
    id,
    created_at: createdAtUs,
    segments_count: 1,
    current_offset: currentOffset,
    size: `${bytes} B`,
    messages_count: messages.length,
  }));
  return { ...topicJson(topic), partitions };
}

function clusterJson(): object {
  const endpoints = { tcp: 8090, quic: 8080, http: 3000, websocket: 8092 };
  return {
    name: 'single-node',
    nodes: [{ name: 'iggy-node', ip: '127.0.0.1', endpoints, role: 'leader', status: 'healthy' }],
  };
}

function statsJson({ store, serverVersion }: ConnectionContext): object {
  const topics = store.streams.flatMap((stream) => stream.topics);
  return {
    process_id: process.pid,
    cpu_usage: 0.5,
    memory_usage: '85.5 MiB',
    run_time: 1_000_000,
    read_bytes: '1284 KiB',
    written_bytes: '0 B',
    streams_count: store.streams.length,
    topics_count: topics.length,
    partitions_count: topics.reduce((sum, { partitions }) => sum + partitions.length, 0),
    messages_count: topics.reduce((sum, { messages }) => sum + messages, 0n),
    clients_count: 0,
    consumer_groups_count: 0,
    hostname: 'in-test',
    iggy_server_version: serverVersion,
  };
}
