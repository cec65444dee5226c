import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { IggyClock } from '../clock.ts';
import { abortedError, IggyError } from '../errors.ts';
import { JsonObject, parseJson } from '../http/json.ts';
import type { HttpCall, Operation } from '../operations/operation.ts';
import type { Credentials } from '../protocol/protocol.ts';
import { serverError } from '../server-errors.ts';
import { connectionError } from '../transport/socket.ts';
import type { CallOptions } from '../types.ts';
import { Lanes } from './lanes.ts';
import type { Session } from './session.ts';

export interface HttpSessionOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: ConnectionOptions | undefined;
  readonly credentials: Credentials;
  readonly silenceTimeoutMs: number;
  readonly clock: IggyClock;
  readonly maxReplyBytes: number;
  /** Connections kept open at most. */
  readonly connections: number;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A token is renewed when it has less than this to live; not more often than this, whatever the two clocks think. */
const RENEWAL_MS = 60_000;

interface Token {
  readonly text: string;
  /** By our monotonic clock. */
  readonly renewAtMs: number;
}

/**
 * A session over HTTP: a token got by logging in, and as many kept-alive connections as are allowed. It ends when the server
 * closes one of them or refuses the token: either can mean that the server was another process in between, which whoever
 * remembers offsets must know.
 */
export class HttpSession implements Session {
  readonly protocol = 'http';
  readonly serverVersion = undefined;
  readonly #options: HttpSessionOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  #token: Promise<Token> | undefined;
  /** The last operation of each lane: several connections keep no order by themselves. */
  readonly #lanes = new Lanes();
  readonly #watched = new WeakSet<Socket>();
  failure: IggyError | undefined;

  private constructor(options: HttpSessionOptions) {
    const pool = { keepAlive: true, maxSockets: options.connections };
    this.#options = options;
    this.#agent = options.tls === undefined ? new HttpAgent(pool) : new HttpsAgent({ ...pool, ...options.tls });
  }

  static async open(options: HttpSessionOptions, call: CallOptions): Promise<HttpSession> {
    const session = new HttpSession(options);
    try {
      await session.#logIn(call);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  async execute<T>(operation: Operation<T>, options: CallOptions = {}): Promise<T> {
    const { http, name } = operation;
    if (this.failure !== undefined) throw this.failure;
    if (http === undefined) {
      throw new IggyError('UNSUPPORTED', `${name}: not possible over HTTP; use transport tcp, tls or quic`);
    }
    if (operation.lane === undefined) return this.#perform(name, http, options);
    return this.#lanes.inTurn(operation.lane, () => this.#perform(name, http, options));
  }

  async #perform<T>(name: string, http: HttpCall<T>, options: CallOptions): Promise<T> {
    const answer = await this.#authorised(http, options);
    if (answer.status === 404 && http.absent !== undefined) return http.absent.value;
    if (answer.status >= 300) throw refusal(answer, name);
    return http.decode(isJson(answer.text) ? parseJson(answer.text) : undefined);
  }

  async #authorised(call: HttpCall<unknown>, options: CallOptions): Promise<Answer> {
    const token = await (this.#token ?? this.#logIn(options));
    const isOld = this.#options.clock.monotonicMs() > token.renewAtMs;
    const { text } = isOld ? await this.#logIn(options) : token;
    const answer = await this.#request(call, text, options);
    if (answer.status !== 401) return answer;
    const error = new IggyError('CONNECTION', 'the server has forgotten our login', { retryable: true });
    this.#end(error);
    throw error;
  }

  #logIn(options: CallOptions): Promise<Token> {
    const login = this.#askForToken(options);
    this.#token = login;
    login.catch(() => {
      if (this.#token === login) this.#token = undefined;
    });
    return login;
  }

  async #askForToken(options: CallOptions): Promise<Token> {
    const { credentials } = this.#options;
    const isPassword = credentials.kind === 'password';
    const call: HttpCall<unknown> = {
      method: 'POST',
      path: isPassword ? '/users/login' : '/personal-access-tokens/login',
      body: isPassword
        ? { username: credentials.username, password: credentials.password }
        : { token: credentials.token },
      decode: () => undefined,
    };
    const answer = await this.#request(call, undefined, options);
    if (answer.status === 401) throw new IggyError('AUTHENTICATION', 'login: the server refused the credentials');
    if (answer.status >= 300) throw refusal(answer, 'login');
    const token = new JsonObject(parseJson(answer.text)).object('access_token');
    const { clock } = this.#options;
    const lifetimeMs = token.number('expiry') * 1000 - clock.now();
    return {
      text: token.text('token'),
      renewAtMs: clock.monotonicMs() + Math.max(lifetimeMs - RENEWAL_MS, RENEWAL_MS),
    };
  }

  #request(call: HttpCall<unknown>, token: string | undefined, { signal }: CallOptions): Promise<Answer> {
    const { host, port, tls, silenceTimeoutMs, maxReplyBytes } = this.#options;
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query)}`;
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    };
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    if (signal?.aborted) return Promise.reject(abortedError(signal));
    const start = tls === undefined ? httpRequest : httpsRequest;
    const { method } = call;
    const target = { host, port, method, path: call.path + query, headers, agent: this.#agent };
    const request = start({ ...target, timeout: silenceTimeoutMs });
    const abort = () => request.destroy(abortedError(signal!).withUnknownOutcome());
    signal?.addEventListener('abort', abort, { once: true });
    request.on('timeout', () => {
      const message = `the server has been silent for ${silenceTimeoutMs} ms`;
      request.destroy(new IggyError('TIMEOUT', message, { retryable: true, outcomeUnknown: true }));
    });
    request.on('error', (cause) => {
      if (cause instanceof IggyError) return reject(cause);
      const error = connectionError(`no answer from ${host}:${port}`, cause);
      reject((cause as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? error : error.withUnknownOutcome());
    });
    request.on('response', (response) => readAnswer(response, maxReplyBytes).then(resolve, (e) => request.destroy(e)));
    request.on('socket', (socket) => this.#watch(socket));
    request.on('close', () => signal?.removeEventListener('abort', abort));
    request.end(body);
    return promise;
  }

  #watch(socket: Socket): void {
    if (this.#watched.has(socket)) return;
    this.#watched.add(socket);
    socket.once('close', () => {
      this.#end(new IggyError('CONNECTION', 'the server closed a connection', { retryable: true }));
    });
  }

  close(): void {
    this.#end(new IggyError('CLOSED', 'the client was closed'));
  }

  #end(reason: IggyError): void {
    this.failure ??= reason;
    this.#agent.destroy();
  }
}

async function readAnswer(response: IncomingMessage, maxBytes: number): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new IggyError('REPLY_TOO_LARGE', `the server answers with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}

function isJson(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[');
}

function refusal({ status, text }: Answer, operation: string): IggyError {
  if (status === 401) return new IggyError('AUTHENTICATION', `${operation}: the server refused the login`);
  if (status === 413) {
    const what = `${operation}: larger than the server takes over HTTP (its http.max_request_size)`;
    return new IggyError('INVALID_ARGUMENT', what);
  }
  if (!isJson(text))
    return new IggyError('SERVER', `${operation}: the server answered ${status}: ${text.slice(0, 200)}`);
  const json = new JsonObject(parseJson(text));
  if (status === 404 && json.number('id') === 404) return new IggyError('NOT_FOUND', `${operation}: not found`);
  return serverError(json.number('id'), operation, json.text('reason'));
}
