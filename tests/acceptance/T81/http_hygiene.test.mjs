// SPDX-License-Identifier: Apache-2.0
// T81 http_hygiene: over the real door, every call of the contract by every method, the paths that
// are none, and what nginx refuses by itself: the methods are those of the contract, and each reply
// forbids keeping, guessing, framing and telling where it came from, and names no version. Nothing
// of a person is ever in a URL, and whoever speaks plain HTTP is refused, not led on.
//
// The controls are the same checks on an nginx whose configuration was spoiled.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { confOf, contract, doorOf, METHODS, openHouse, spoiledDoor } from '../door/door.mjs';

const YEAR_S = 31536000;
const HEADERS = {
  'strict-transport-security': (value) => Number(/^max-age=(\d+)/.exec(value)?.[1]) >= YEAR_S,
  'x-content-type-options': (value) => value === 'nosniff',
  'cache-control': (value) => value === 'no-store',
  'referrer-policy': (value) => value === 'no-referrer',
  'content-security-policy': (value) => /default-src 'none'/.test(value) && /frame-ancestors 'none'/.test(value),
  'x-request-id': (value) => /^[0-9a-f]{32}$/.test(value),
};
const NEVER = ['location', 'x-powered-by', 'via', 'set-cookie', 'access-control-allow-origin', 'refresh'];
// What a query may hold: times, a page, a choice. No number, name or code of anybody.
const PARAMETERS = new Set(['from', 'to', 'reference', 'validity', 'card_class', 'wait', 'limit', 'cursor']);

// Public keys are for everybody, and meant to be kept.
const KEPT = { 'cache-control': (value) => /^public, max-age=\d+$/.test(value) };
const isKept = (method, target, reply) => method === 'GET' && target === '/v1/jwks' && reply.status === 200;

/** What is wrong with the headers of one reply. */
function judge(reply, wanted = HEADERS) {
  const wrong = Object.entries(wanted).filter(([name, fits]) => !fits(reply.headers[name] ?? '')).map(([name]) => name);
  wrong.push(...NEVER.filter((name) => name in reply.headers));
  if (/[0-9]/.test(reply.headers.server ?? '')) wrong.push(`server: ${reply.headers.server}`);
  if (reply.status >= 300 && reply.status < 400) wrong.push(`leads on: ${reply.status}`);
  if (reply.status >= 400 && reply.headers['content-type'] !== 'application/problem+json') wrong.push('no problem');
  if (/nginx|<html/i.test(reply.body)) wrong.push('the door itself speaks');
  return wrong;
}

/** Every call by every method: [complaint, …]. */
async function walk(door, calls) {
  const wrong = [];
  for (const target of new Set(calls.map((call) => call.target))) {
    const allowed = calls.filter((call) => call.target === target).map((call) => call.method);
    for (const method of METHODS) {
      const reply = await door.ask(method, target);
      const wanted = isKept(method, target, reply) ? { ...HEADERS, ...KEPT } : HEADERS;
      wrong.push(...judge(reply, wanted).map((what) => `${method} ${target}: ${what}`));
      const said = (reply.headers.allow ?? '').split(/, */).filter(Boolean);
      if ((reply.status === 405) !== !allowed.includes(method)) wrong.push(`${method} ${target}: ${reply.status}`);
      if (reply.status === 405 && said.sort().join() !== [...allowed].sort().join()) wrong.push(`${method} ${target}: allow ${said}`);
    }
  }
  return wrong;
}

/** Bytes to the port as they are; what comes back. */
const plain = (port, bytes) => new Promise((done, fail) => {
  const parts = [];
  const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.on('data', (part) => parts.push(part));
  socket.on('error', fail);
  socket.on('close', () => done(Buffer.concat(parts).toString()));
  socket.setTimeout(5000, () => socket.destroy());
});

/** What is wrong with the answer to plain HTTP. */
async function walkPlain(door) {
  const answer = await plain(door.port, 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const wrong = [];
  if (!answer.startsWith('HTTP/1.1 400 ')) wrong.push(answer.split('\r\n')[0]);
  if (/^location:/im.test(answer)) wrong.push('led on');
  if (!/application\/problem\+json/.test(answer)) wrong.push('no problem');
  return wrong;
}

describe('T81 http_hygiene', { concurrency: false }, () => {
  const calls = contract();
  let stack, door;
  before(async () => {
    stack = await openHouse();
    door = doorOf(stack);
  }, { timeout: 60000 });
  after(() => stack?.stop(), { timeout: 30000 });

  it('every call by every method', async () => {
    assert.deepEqual(await walk(door, calls), []);
  });

  it('what is no call, and what the door refuses by itself', async () => {
    const odd = [
      ['GET', '/'], ['GET', '/v1'], ['GET', '/e'], ['GET', '/favicon.ico'], ['GET', '/.git/config'],
      ['GET', `/v1/health?${'x'.repeat(20000)}`], ['GET', '/v1/health', { headers: { 'x-long': 'x'.repeat(9000) } }],
      ['POST', '/v1/login', { headers: { 'content-length': '10000000' } }],
      ['POST', '/v1/login', { headers: { 'content-type': 'application/json' }, body: 'x'.repeat(70000) }],
      ['GET', '/v1/health', { headers: { host: 'elsewhere.example' } }],
      ['OPTIONS', '/v1/login', { headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } }],
    ];
    for (const [method, target, options] of odd) {
      const reply = await door.ask(method, target, options);
      assert.ok(reply.status >= 400, `${method} ${target.slice(0, 40)}: ${reply.status}`);
      assert.deepEqual(judge(reply), [], `${method} ${target.slice(0, 40)}`);
    }
  });

  it('plain HTTP is refused, and there is no other port', async () => {
    assert.deepEqual(await walkPlain(door), []);
    for (const listen of confOf(stack).match(/^\s*listen .*$/gm)) assert.match(listen, / ssl\b/);
  });

  it('no URL has room for anybody', () => {
    for (const call of calls) {
      for (const { in: where, name } of call.parameters) {
        if (where === 'query') assert.ok(PARAMETERS.has(name), `${call.operation}: ${name}`);
        if (where === 'path') assert.match(name, /^(id|\w+_id)$/, `${call.operation}: ${name}`);
      }
    }
  });

  it('would see a version in the Server header (control)', async () => {
    const spoiled = await spoiledDoor(stack, 'tokens', (conf) => conf.replace('server_tokens off', 'server_tokens on'));
    assert.ok((await walk(spoiled, calls.slice(0, 1))).some((what) => /server: nginx\/1/.test(what)));
  });

  it('would see a reply that the door made up (control)', async () => {
    const spoiled = await spoiledDoor(stack, 'return',
      (conf) => conf.replace(/(location \/ \{ shikaku)/, 'location = /v1/health { return 200 "ok"; }\n\t\t$1'));
    const wrong = await walk(spoiled, calls.filter((call) => call.target === '/v1/health'));
    assert.ok(wrong.some((what) => /strict-transport-security/.test(what)));
    assert.ok(wrong.some((what) => /POST \/v1\/health: 200/.test(what)));
  });

  it('would see errors of the door\'s own (control)', async () => {
    const spoiled = await spoiledDoor(stack, 'html', (conf) => conf.replace(/\terror_page 400 [^;]*;/, ''));
    const reply = await spoiled.ask('POST', '/v1/login', { headers: { 'content-length': '10000000' } });
    assert.ok(judge(reply).includes('no problem'));
  });

  it('would see plain HTTP led on (control)', async () => {
    const spoiled = await spoiledDoor(stack, 'led',
      (conf) => conf.replace('error_page 495 496 497 =400 /e', 'error_page 497 =301 https://localhost/'));
    assert.ok((await walkPlain(spoiled)).includes('led on'));
  });
});
