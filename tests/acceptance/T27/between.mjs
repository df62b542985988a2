// SPDX-License-Identifier: Apache-2.0
// Stands between sqlmap and the service and makes each request admissible but for what sqlmap has
// changed: a living token, a proof over the body as it is, an idempotency key that was not used, a
// fresh challenge and a fresh nonce. Without it sqlmap would only ever meet the door's own refusals.
import crypto from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

const RENEW_MS = 4 * 60000; // access tokens live for ten minutes

/** Each request gets a key of its own, unless it is the key that sqlmap is at. */
export const FRESH_KEY = 'a-key-of-its-own';

const bodyOf = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};

export class Between {
  /** sessions: {name: () => token}, asked again every few minutes; fresh: {word: () => text}. */
  constructor({ stack, control, sessions, fresh }) {
    Object.assign(this, { stack, control, sessions, fresh });
    this.held = {};
    this.seen = {}; // by operation: {first, statuses: {status: how often}}
    this.agent = new https.Agent({ keepAlive: true, maxSockets: 16, ca: stack.ca });
    this.server = http.createServer((request, response) => {
      this.pass(request, response).catch((error) => response.destroy(error));
    });
  }

  async listen() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }

  close() { this.server.close(); this.server.closeAllConnections?.(); this.agent.destroy(); }

  token(name) {
    const now = Date.now();
    if (!this.held[name] || now - this.held[name].at > RENEW_MS) {
      this.held[name] = { at: now, token: this.sessions[name]() };
    }
    return this.held[name].token;
  }

  /** What the text asks for by name: FRESH_nonce … */
  async filled(text) {
    let full = text;
    for (const [word, make] of Object.entries(this.fresh)) {
      if (full.includes(word)) full = full.replaceAll(word, await make());
    }
    return full;
  }

  async pass(request, response) {
    const operation = request.headers['x-operation'];
    const call = this.calls[operation];
    const body = Buffer.from(await this.filled((await bodyOf(request)).toString('latin1')), 'latin1');
    const headers = { 'user-agent': request.headers['user-agent'] ?? 'none' };
    for (const name of ['if-none-match', 'idempotency-key', 'authorization', 'dpop']) {
      if (request.headers[name] !== undefined) headers[name] = request.headers[name];
    }
    if (body.length) Object.assign(headers, { 'content-type': 'application/json', 'content-length': body.length });
    if (headers['idempotency-key'] === FRESH_KEY) headers['idempotency-key'] = crypto.randomUUID();
    const token = call.session && await this.token(call.session);
    if (token) headers.authorization ??= `Bearer ${token}`;
    if (call.prover) {
      const digest = crypto.createHash('sha256').update(body).digest('base64url');
      call.prover.token = token;
      headers.dpop ??= call.prover.proof(request.method, request.url.split('?')[0], { body_sha256: digest });
    }
    const reply = await this.send(operation, request, headers, body);
    const seen = (this.seen[operation] ??= { first: reply.status, statuses: {} });
    seen.statuses[reply.status] = (seen.statuses[reply.status] ?? 0) + 1;
    response.writeHead(reply.status, { 'content-type': reply.type ?? 'text/plain', 'content-length': reply.body.length });
    response.end(reply.body);
  }

  async send(operation, { method, url }, headers, body) {
    const to = operation.startsWith('control')
      ? { module: http, port: this.control }
      : { module: https, port: this.stack.port, servername: 'localhost', agent: this.agent };
    const { module, ...options } = to;
    return new Promise((done, fail) => {
      const request = module.request({ host: '127.0.0.1', method, path: url, headers, ...options });
      request.on('error', fail);
      request.on('response', (response) => bodyOf(response).then((bytes) =>
        done({ status: response.statusCode, type: response.headers['content-type'], body: bytes }), fail));
      request.end(body.length ? body : undefined);
    });
  }
}
