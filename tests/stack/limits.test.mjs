// SPDX-License-Identifier: Apache-2.0
// The limits that the door keeps, by one table over the real nginx: as much as the limit is served,
// more is refused - 413, 431, 503 with Retry-After, or the connection is cut when its time is over -
// and nobody else waits meanwhile. Each row is tried once more on a door with that limit lifted, and
// must fail there. The service's own limits are the other half (server/api/limits_test.c); no setting
// of [limits] is in neither.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { root, waitFor } from '../journeys/process.mjs';
import { doorOf, openHouse, spoiledDoor } from '../acceptance/door/door.mjs';

const LIMITS = {
  body_bytes_max: 4096, body_timeout_ms: 700, head_timeout_ms: 1000, reply_timeout_ms: 1000,
  connections_max: 64, connections_per_address_max: 16,
};
const LOGIN = JSON.stringify({ facility_code: '1310000003', login_id: 'WA0000001', password: 'x', client: { vendor: 'v', product: 'p', version: '1' } });
const GET = 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A TLS connection that collects what comes: {write, ended, text(), end()}. */
const connect = (door) => new Promise((done, fail) => {
  const socket = tls.connect({ port: door.port, host: '127.0.0.1', servername: 'localhost', ca: door.ca });
  const parts = [];
  const ended = new Promise((over) => socket.on('close', over));
  socket.on('data', (part) => parts.push(part));
  socket.on('error', fail);
  socket.on('secureConnect', () => done({
    write: (text) => socket.destroyed || socket.write(text), ended, text: () => Buffer.concat(parts).toString(), end: () => socket.destroy(),
  }));
});

/** Send pieces with pauses between; what came back and when the line was cut (null: not within wait_ms). */
async function drip(door, pieces, every_ms, wait_ms = 4000) {
  const line = await connect(door);
  const begun = Date.now();
  let over = false;
  line.ended.then(() => { over = true; });
  for (const piece of pieces) {
    if (over || Date.now() - begun > wait_ms) break;
    line.write(piece);
    await Promise.race([pause(every_ms), line.ended]);
  }
  await Promise.race([line.ended, pause(Math.max(0, wait_ms - (Date.now() - begun)))]);
  const took = Date.now() - begun;
  line.end();
  return { text: line.text(), cut_ms: over ? took : null };
}

const statusOf = (text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
const post = (length, more = '') =>
  `POST /v1/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;
/** The answer as soon as it is whole: the door may keep the line for a while, to be polite. */
async function raw(door, request) {
  const line = await connect(door);
  line.write(request);
  const isWhole = () => {
    const [head, body] = line.text().split('\r\n\r\n');
    return body !== undefined && Buffer.byteLength(body) >= Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Infinity);
  };
  await Promise.race([line.ended, waitFor('an answer', isWhole, { every_ms: 10 })]);
  line.end();
  return line.text();
}

/** Was it cut within what its limit allows, and by nothing else? */
const isCut = ({ text, cut_ms }, limit_ms) =>
  cut_ms !== null && cut_ms > limit_ms * 0.8 && cut_ms < limit_ms + 2000 && [0, 400, 408].includes(statusOf(text));

/** n requests of one address that the service is still receiving. */
async function occupy(door, n, bytes) {
  const lines = await Promise.all(Array.from({ length: n }, () => connect(door)));
  for (const line of lines) line.write(bytes);
  await pause(150);
  return () => lines.forEach((line) => line.end());
}

/** Somebody else writes to the store, and takes that long. */
async function lockStore(stack, ms) {
  const script = 'import sqlite3, sys, time; db = sqlite3.connect(sys.argv[1], isolation_level=None); db.execute("BEGIN IMMEDIATE"); '
    + 'print("held", flush=True); time.sleep(float(sys.argv[2])); db.execute("ROLLBACK")';
  const child = spawn('/usr/bin/python3', ['-c', script, stack.storeTarget, String(ms / 1000)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const over = new Promise((done) => child.on('close', done));
  await new Promise((done) => child.stdout.once('data', done));
  return over;
}

const hasRetryAfter = (reply) => Number(reply.headers['retry-after']) > 0 && reply.headers['content-type'] === 'application/problem+json';

/** limit → {at, past}: true when it does as it must; lift: the configuration without it. */
const ROWS = {
  body_bytes_max: {
    at: async (door) => (await door.ask('POST', '/v1/login', { headers: { 'content-type': 'application/json' }, body: LOGIN.padEnd(4096) })).status === 401,
    past: async (door) => {
      const whole = (await door.ask('POST', '/v1/login', { headers: { 'content-type': 'application/json' }, body: LOGIN.padEnd(4097) })).status;
      const begun = Date.now();
      const early = statusOf(await raw(door, post(10000000))); // before a byte of the body
      const chunked = await raw(door, post(0).replace(/Content-Length: 0/, 'Transfer-Encoding: chunked') + `2000\r\n${'x'.repeat(8192)}\r\n`);
      return whole === 413 && early === 413 && statusOf(chunked) === 413 && Date.now() - begun < 3000;
    },
    // Two walls: the service's own is lifted in server/api/limits_test.c.
  },
  body_timeout_ms: {
    at: async (door) => statusOf((await drip(door, [post(LOGIN.length), ...LOGIN.match(/.{1,40}/g)], 30)).text) === 401,
    past: async (door) => isCut(await drip(door, [post(1000), ...'x'.repeat(60)], 100), LIMITS.body_timeout_ms),
    lift: (conf) => conf.replace(/shikaku_body_timeout \d+ms/, 'shikaku_body_timeout 60s'),
  },
  head_timeout_ms: {
    at: async (door) => statusOf((await drip(door, [...GET.match(/[^]{1,20}/g), '\r\n'], 30)).text) === 200,
    past: async (door) => {
      const head = await drip(door, [GET, ...'X-Slow: 123456789012345678901234567890123456789'], 100);
      const silent = await new Promise((done) => { // no handshake at all
        const begun = Date.now();
        const socket = net.connect(door.port, '127.0.0.1');
        socket.on('close', () => done(Date.now() - begun));
        socket.on('error', () => {});
        socket.setTimeout(4000, () => { socket.destroy(); done(Infinity); });
      });
      return isCut(head, LIMITS.head_timeout_ms) && silent < LIMITS.head_timeout_ms + 2000;
    },
    lift: (conf) => conf.replace(/client_header_timeout \d+ms/, 'client_header_timeout 60s'),
  },
  reply_timeout_ms: {
    at: async (door) => (await door.ask('POST', '/v1/login', { headers: { 'content-type': 'application/json' }, body: LOGIN })).status === 401,
    past: async (door, stack) => {
      const over = lockStore(stack, 3400);
      const held = await Promise.race([over.then(() => null), pause(300)]);
      assert.notEqual(held, null);
      const begun = Date.now();
      const reply = await door.ask('POST', '/v1/login', { headers: { 'content-type': 'application/json' }, body: LOGIN });
      const took = Date.now() - begun;
      await over;
      return reply.status === 503 && hasRetryAfter(reply) && took > LIMITS.reply_timeout_ms * 0.8 && took < LIMITS.reply_timeout_ms + 1500;
    },
    lift: (conf) => conf.replace(/shikaku_reply_timeout \d+ms/, 'shikaku_reply_timeout 60s'),
  },
  connections_per_address_max: {
    at: async (door) => {
      const leave = await occupy(door, LIMITS.connections_per_address_max - 1, post(100));
      const { status } = await door.ask('GET', '/v1/health');
      leave();
      return status === 200;
    },
    past: async (door) => {
      const leave = await occupy(door, LIMITS.connections_per_address_max, post(100));
      const reply = await door.ask('GET', '/v1/health');
      leave();
      return reply.status === 503 && hasRetryAfter(reply);
    },
    lift: (conf) => conf.replace(/limit_conn address \d+/, 'limit_conn address 1000'),
  },
  connections_max: {
    at: async (door) => {
      const leave = await occupy(door, 40, GET);
      const { status } = await door.ask('GET', '/v1/health');
      leave();
      return status === 200;
    },
    // Heads that never end take all there are; when they are cut, whoever comes is served again.
    past: async (door) => {
      const lines = await Promise.all(Array.from({ length: 80 }, () =>
        Promise.race([connect(door).then((line) => { line.write(GET); return line; }, () => null), pause(700).then(() => null)])));
      const taken = lines.filter(Boolean);
      const begun = Date.now();
      await waitFor('health', () => door.ask('GET', '/v1/health', { timeout_ms: 500 }).then(({ status }) => status === 200, () => false));
      const waited = Date.now() - begun;
      taken.forEach((line) => line.end());
      return taken.length < LIMITS.connections_max && waited < LIMITS.head_timeout_ms + 2000;
    },
    lift: (conf) => conf.replace(/worker_connections \d+/, 'worker_connections 1024'),
  },
  'bytes of a header': {
    at: async (door) => statusOf(await raw(door, `${GET}X: ${'x'.repeat(8000)}\r\n\r\n`)) === 200,
    past: async (door) => statusOf(await raw(door, `${GET}X: ${'x'.repeat(8300)}\r\n\r\n`)) === 431,
    lift: (conf) => conf.replace('large_client_header_buffers 4 8k', 'large_client_header_buffers 4 64k'),
  },
  'bytes of a target': {
    at: async (door) => statusOf(await raw(door, GET.replace('/health', `/health?${'x'.repeat(8000)}`) + '\r\n')) === 200,
    past: async (door) => statusOf(await raw(door, GET.replace('/health', `/health?${'x'.repeat(8300)}`) + '\r\n')) === 414,
    lift: (conf) => conf.replace('large_client_header_buffers 4 8k', 'large_client_header_buffers 4 64k'),
  },
  'headers of a request': { // a constant of the adapter, which no configuration lifts
    at: async (door) => statusOf(await raw(door, GET + 'X: 1\r\n'.repeat(62) + '\r\n')) === 200,
    past: async (door) => statusOf(await raw(door, GET + 'X: 1\r\n'.repeat(63) + '\r\n')) === 431,
  },
};

/** Once out of three: a machine that does other things only ever adds to a time. */
async function once(question) {
  for (let tries = 0; tries < 3; tries++) if (await question()) return true;
  return false;
}

/** Sizes that limit nothing by themselves, and limits that a room of their own shows. */
const ELSEWHERE = {
  hash_threads: 'server/api/limits_test.c', read_threads: 'server/api/limits_test.c', net_threads: 'server/api/limits_test.c',
  devices_per_account: 'server/api/devices_test.c', devices_per_facility: 'server/api/devices_test.c',
};

describe('limits of the door', { concurrency: false }, () => {
  let stack, door;
  before(async () => {
    stack = await openHouse(LIMITS);
    door = doorOf(stack);
  }, { timeout: 60000 });
  after(() => stack?.stop(), { timeout: 30000 });

  for (const [name, { at, past }] of Object.entries(ROWS)) {
    it(`${name}: served up to it, refused beyond`, async () => {
      assert.ok(await once(() => at(door, stack)), 'at the limit');
      assert.ok(await once(() => past(door, stack)), 'past it');
    });
  }

  for (const [name, { past, lift }] of Object.entries(ROWS)) {
    if (!lift) continue;
    it(`${name}: would see that it was lifted (control)`, async () => {
      const lifted = await spoiledDoor(stack, name.replaceAll(' ', '-'), lift);
      assert.ok(await once(async () => !await past(lifted, stack)));
    });
  }

  it('no setting of [limits] is left out', () => {
    const settings = fs.readFileSync(path.join(root, 'api/settings.yaml'), 'utf8');
    const keys = [...settings.matchAll(/- section: limits\n\s+key: (\w+)/g)].map(([, key]) => key);
    const table = fs.readFileSync(path.join(root, 'server/api/limits_test.c'), 'utf8');
    assert.ok(keys.length > 15);
    for (const key of keys) {
      const proven = key in ROWS || table.includes(`{"${key}",`) ||
        (ELSEWHERE[key] && fs.readFileSync(path.join(root, ELSEWHERE[key]), 'utf8').includes(key));
      assert.ok(proven, key);
    }
  });
});
