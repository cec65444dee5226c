import { JsonObject, readList } from '../http/json.ts';
import { type ByteReader, ByteWriter } from '../protocol/bytes.ts';
import type { ClientInfo, ClusterMetadata, ClusterNode, Stats, TokenInfo } from '../types.ts';
import { nothing, type Operation } from './operation.ts';

export function ping(): Operation<undefined> {
  return {
    name: 'ping',
    repeatable: true,
    binary: { code: 1, body: () => [], decode: nothing },
    http: { method: 'GET', path: '/ping', decode: nothing },
  };
}

export function getStats(): Operation<Stats> {
  return {
    name: 'get stats',
    repeatable: true,
    binary: { code: 10, body: () => [], decode: readStats },
    http: { method: 'GET', path: '/stats', decode: (json) => statsFromJson(new JsonObject(json)) },
  };
}

function readStats(reply: ByteReader): Stats {
  const processId = reply.u32();
  const cpuPercent = reply.f32();
  reply.skip(4); // of the whole machine
  const memoryBytes = reply.u64();
  reply.skip(16); // memory of the machine
  const runTimeUs = reply.u64();
  reply.skip(8); // start time
  const readBytes = reply.u64();
  const writtenBytes = reply.u64();
  reply.skip(8); // bytes of messages
  const streams = reply.u32();
  const topics = reply.u32();
  const partitions = reply.u32();
  reply.skip(4); // segments
  const messages = reply.u64();
  const clients = reply.u32();
  const consumerGroups = reply.u32();
  const hostname = reply.text();
  reply.text(); // operating system
  reply.text(); // its version
  reply.text(); // kernel
  const serverVersion = reply.text();
  return {
    processId,
    cpuPercent,
    memoryBytes,
    runTimeUs,
    readBytes,
    writtenBytes,
    streams,
    topics,
    partitions,
    messages,
    clients,
    consumerGroups,
    hostname,
    serverVersion,
  };
}

function statsFromJson(json: JsonObject): Stats {
  return {
    processId: json.number('process_id'),
    cpuPercent: json.number('cpu_usage'),
    memoryBytes: json.bytes('memory_usage'),
    runTimeUs: json.bigint('run_time'),
    readBytes: json.bytes('read_bytes'),
    writtenBytes: json.bytes('written_bytes'),
    streams: json.number('streams_count'),
    topics: json.number('topics_count'),
    partitions: json.number('partitions_count'),
    messages: json.bigint('messages_count'),
    clients: json.number('clients_count'),
    consumerGroups: json.number('consumer_groups_count'),
    hostname: json.text('hostname'),
    serverVersion: json.text('iggy_server_version'),
  };
}

/** Answered with clustering off too: one node. */
export function getClusterMetadata(): Operation<ClusterMetadata> {
  return {
    name: 'get cluster metadata',
    repeatable: true,
    binary: {
      code: 12,
      body: () => [],
      decode: (reply) => ({ name: reply.text(), nodes: reply.times(reply.u32(), readNode) }),
    },
    http: {
      method: 'GET',
      path: '/cluster/metadata',
      decode: (value) => {
        const json = new JsonObject(value);
        return { name: json.text('name'), nodes: json.list('nodes', nodeFromJson) };
      },
    },
  };
}

const LEADER = 0;
const HEALTHY = 0;

function readNode(reader: ByteReader): ClusterNode {
  return {
    name: reader.text(),
    host: reader.text(),
    tcpPort: reader.u16(),
    quicPort: reader.u16(),
    httpPort: reader.u16(),
    webSocketPort: reader.u16(),
    leader: reader.u8() === LEADER,
    healthy: reader.u8() === HEALTHY,
  };
}

function nodeFromJson(json: JsonObject): ClusterNode {
  const endpoints = json.object('endpoints');
  return {
    name: json.text('name'),
    host: json.text('ip'),
    tcpPort: endpoints.number('tcp'),
    quicPort: endpoints.number('quic'),
    httpPort: endpoints.number('http'),
    webSocketPort: endpoints.number('websocket'),
    leader: json.text('role') === 'leader',
    healthy: json.text('status') === 'healthy',
  };
}

/** Everybody who is connected. */
export function getClients(): Operation<readonly ClientInfo[]> {
  return {
    name: 'get clients',
    repeatable: true,
    binary: { code: 22, body: () => [], decode: (reply) => reply.rest(readClient) },
    http: {
      method: 'GET',
      path: '/clients',
      decode: (json) =>
        readList(json, (client) => ({
          id: client.number('client_id'),
          userId: client.optional('user_id', (object) => object.number('user_id')) ?? 0,
          address: client.text('address'),
          groups: client.number('consumer_groups_count'),
        })),
    },
  };
}

function readClient(reader: ByteReader): ClientInfo {
  const id = reader.u32();
  const userId = reader.u32();
  reader.u8(); // transport
  return { id, userId, address: reader.text(), groups: reader.u32() };
}

/** Gives back the token itself: the only time it can be read. `expiryUs`: from now; 0: never. */
export function createToken(name: string, expiryUs = 0n): Operation<string> {
  return {
    name: 'create token',
    repeatable: false,
    binary: {
      code: 42,
      operation: 146,
      body: () => new ByteWriter().name(name).u64(expiryUs).pieces(),
      decode: (reply) => reply.name(),
    },
    http: {
      method: 'POST',
      path: '/personal-access-tokens',
      body: { name, expiry: Number(expiryUs) },
      decode: (json) => new JsonObject(json).text('token'),
    },
  };
}

export function getTokens(): Operation<readonly TokenInfo[]> {
  return {
    name: 'get tokens',
    repeatable: true,
    binary: {
      code: 41,
      body: () => [],
      decode: (reply) => reply.rest((reader) => ({ name: reader.name(), expiresAtUs: reader.u64() })),
    },
    http: {
      method: 'GET',
      path: '/personal-access-tokens',
      decode: (json) =>
        readList(json, (token) => ({
          name: token.text('name'),
          expiresAtUs: token.optional('expiry_at', (object) => object.bigint('expiry_at')) ?? 0n,
        })),
    },
  };
}

export function deleteToken(name: string): Operation<undefined> {
  return {
    name: 'delete token',
    repeatable: false,
    binary: { code: 43, operation: 147, body: () => new ByteWriter().name(name).pieces(), decode: nothing },
    http: { method: 'DELETE', path: `/personal-access-tokens/${encodeURIComponent(name)}`, decode: nothing },
  };
}
