// SPDX-License-Identifier: Apache-2.0
// T27 sqli (b): sqlmap finds nothing to inject into, on a real shikakud: every parameter, every
// member of every body and every header that a call reads, of every call of the contract. Each
// request is admissible but for what sqlmap changed (between.mjs), so that it reaches the statements.
// The control is a server beside it that puts its input into a statement: there sqlmap must find it.
//
// Short: texts of four calls that reach a statement as they are, level 1, SQLite. Nightly (an hour, 150,000 requests
// to each engine): all of them, level 5 and risk 3, on SQLite and PostgreSQL. Without sqlmap on the
// machine it is skipped.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FACILITY, Journey, STAFF } from '../../journeys/journey.mjs';
import { PeerReader } from '../../journeys/peer.mjs';
import { run, start, waitFor } from '../../journeys/process.mjs';
import { Stack } from '../../journeys/stack.mjs';
import { contract } from '../door/door.mjs';
import { Between, FRESH_KEY } from './between.mjs';

const NIGHTLY = Boolean(process.env.SHIKAKU_NIGHTLY);
const HERE = path.dirname(fileURLToPath(import.meta.url));
const MARK = '*';
const WIDTH = 4; // sqlmaps at once
const MANY = 1000000;
const LIMITS = Object.fromEntries(['account', 'facility', 'address', 'login']
  .flatMap((who) => [[`${who}_burst`, MANY], [`${who}_per_minute`, MANY]]));
const NOT_STATED = ['Authorization', 'DPoP']; // what is no parameter in the contract, yet read

const AT = { from: '20261101000000', to: '20261130235959' };
const CLIENT = { vendor: 'v', product: 'p', version: '1' };
const HEX = '0123456789abcdef'.repeat(2);
const PASSWORD = 'kasa wo wasurenai hi';

/**
 * One well-made request of each call. `first` is its answer; `reach` names texts that get into a
 * statement as they are and is all that the short form looks at. Many may share a session.
 */
function callsOf({ journey, peer, link, result, certificate }) {
  const { receipt, reader } = journey;
  const card = { nonce: 'FRESH_NONCE', method: 'pin', staff: STAFF.id, certificate, signature: 'AAAA',
    organisation_proof: { profile: 'simulated', signature: 'AAAA' } };
  return {
    health: { first: 200 }, ready: { first: 200 }, status: { first: 200 },
    login: { first: 401, body: { facility_code: FACILITY.code, login_id: 'WA7777777', password: PASSWORD, client: CLIENT }, reach: ['facility_code', 'login_id'] },
    mfa: { first: 401, body: { challenge: 'FRESH_CHALLENGE', passcode: '000000' } },
    refresh: { first: 401, headers: { 'Idempotency-Key': FRESH_KEY }, body: { refresh_handle: 'AAAA', login_id: receipt.login_id, password: PASSWORD } },
    logout: { first: 204, session: 'leaving', body: {} },
    // Its session is over: five misses would end it on the way, and sqlmap take that for a finding. A
    // password never gets into a statement, only its hash.
    password_change: { first: 401, session: 'over', body: { old_password: PASSWORD, new_password: `${PASSWORD} ni` } },
    count: { first: 200, session: 'link', query: { ...AT, reference: 'any', validity: '1', card_class: '01', wait: '0' }, headers: { 'If-None-Match': '"A"' } },
    download: { first: 422, session: 'link', query: { ...AT, reference: 'any', validity: '1', card_class: '01', wait: '0', limit: '1', cursor: 'AAAA' }, headers: { 'If-None-Match': '"A"' } },
    // A cursor that is no cursor hides the rest; so once more without.
    first_page: { first: 200, session: 'link', at: { method: 'GET', path: '/v1/results' }, query: { ...AT, reference: 'any', validity: '1', card_class: '01', limit: '1' } },
    first_accesses: { first: 200, session: 'link', at: { method: 'GET', path: '/v1/accesses' }, query: { ...AT, limit: '1' } },
    first_history: { first: 200, session: 'reader', at: { method: 'GET', path: '/v1/reader/checks' }, query: { ...AT, limit: '1' } },
    jwks: { first: 200, headers: { 'If-None-Match': '"A"' } },
    reference: { first: 200, session: 'link', path: { id: result }, headers: { 'Idempotency-Key': FRESH_KEY }, body: { reference_number: 'T27', expected: 'T27' }, reach: ['id', 'reference_number', 'expected'] },
    references: { first: 200, session: 'link', headers: { 'Idempotency-Key': FRESH_KEY }, body: { references: [{ result_id: result, reference_number: 'T27', expected: 'T27' }] } },
    accesses: { first: 422, session: 'link', query: { ...AT, limit: '1', cursor: 'AAAA' } },
    device_list: { first: 200, session: 'link' },
    device_register: { first: 401, session: 'link', prover: link, body: { name: 'T27', platform: 'linux', activation_code: 'AAAA-BBBB-CCCC' } },
    device_name: { first: 200, session: 'link', prover: link, at: { method: 'POST', path: '/v1/devices' }, body: { name: 'T27', platform: 'linux' }, reach: ['name'] },
    device_close: { first: 404, session: 'link', path: { id: HEX } },
    enrolment_begin: { first: 404, body: { code: 'A'.repeat(32) } },
    enrolment_confirm: { first: 404, body: { code: 'A'.repeat(32), passcode_1: '000000', passcode_2: '111111' } },
    activate: { first: 401, prover: peer, body: { login_id: reader.login_id, password: PASSWORD, activation_code: 'AAAA-BBBB-CCCC', device: { name: 'T27', platform: 'linux' }, client: CLIENT } },
    reader_login: { first: 401, prover: peer, body: { login_id: 'W7777777', password: PASSWORD, client: CLIENT } },
    nonce: { first: 200, session: 'reader', body: { method: 'pin', staff: STAFF.id, purpose: 'check' } },
    check: { first: 403, session: 'reader', prover: peer, body: card, reach: ['staff'] },
    history: { first: 422, session: 'reader', query: { ...AT, limit: '1', cursor: 'AAAA' } },
    registration: { first: 403, session: 'reader', prover: peer, body: { ...card, nonce: 'FRESH_CONSENT_NONCE', consent: true } },
    staff: { first: 200, session: 'reader' },
  };
}

const CONTROLS = {
  control_query: { at: { method: 'GET', path: '/control' }, query: { name: 'sato' } },
  control_body: { at: { method: 'POST', path: '/control' }, body: { name: 'sato' } },
};

/** The texts of the value, each behind its mark when `marks` takes its name; no recursion is deep. */
function written(value, marks, name = '') {
  if (Array.isArray(value)) return `[${value.map((one) => written(one, marks, name)).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${written(one, marks, key)}`).join(', ')}}`;
  }
  const mark = marks(name) ? MARK : '';
  return typeof value === 'string' ? `${JSON.stringify(value).slice(0, -1)}${mark}"` : `${value}${mark}`;
}

/** sqlmap's arguments for a call, and the places that it is to try; where there is none it takes the path. */
function argumentsOf(url, operation, call, { method, path: target }, level) {
  const places = [];
  const marks = (name) => {
    const wanted = NIGHTLY || !call.reach || call.reach.includes(name);
    if (wanted) places.push(name);
    return wanted;
  };
  const marked = (name, text) => `${text}${marks(name) ? MARK : ''}`;
  const at = target.replace(/\{(\w+)\}/g, (_, name) => marked(name, call.path[name]));
  const query = Object.entries(call.query ?? {}).map(([name, text]) => `${name}=${marked(name, text)}`).join('&');
  const headers = { ...call.headers, ...(NIGHTLY && { 'User-Agent': 'T27' }) };
  const args = ['-u', `${url}${at}${query && `?${query}`}`, '--method', method, '-H', `X-Operation: ${operation}`,
    ...Object.entries(headers).flatMap(([name, text]) => ['-H', `${name}: ${marked(name, text)}`])];
  if (call.body) args.push('-H', 'Content-Type: application/json', '--data', written(call.body, marks));
  return { args: [...args, ...level], places };
}

/** Let sqlmap try: {free: places it found nothing in, found: text of what it found}. */
async function attack(dir, { args }) {
  const { stdout } = await run('sqlmap', [...args, '--batch', '--flush-session', '--disable-coloring', '--keep-alive',
    '--ignore-code', '*', '--output-dir', dir], { timeout_ms: NIGHTLY ? 3 * 3600e3 : 60000, env: { HOME: dir } });
  const free = (stdout.match(/ does not seem to be injectable$/gm) ?? []).length;
  const found = /sqlmap identified the following injection point[\s\S]*?---([\s\S]*?)---/.exec(stdout)?.[1];
  return { free, found, stdout };
}

/** Do them all, so many at once. */
async function inTurn(jobs, width) {
  const left = [...jobs];
  await Promise.all(Array.from({ length: width }, async () => {
    for (let job = left.shift(); job; job = left.shift()) await job();
  }));
}

const without = spawnSync('sqlmap', ['--version'], { env: { ...process.env, HOME: '/nonexistent' } }).error;
const skip = without && 'sqlmap is not installed';

for (const store of NIGHTLY ? ['sqlite', 'postgres'] : ['sqlite']) {
  describe(`T27 sqli (b) on ${store}`, { concurrency: 3, skip }, () => {
    const stack = new Stack({ store, limits: LIMITS });
    const journey = new Journey(stack);
    const engine = ['--dbms', store === 'sqlite' ? 'SQLite' : 'PostgreSQL'];
    const level = [...engine, ...(NIGHTLY ? ['--level', '5', '--risk', '3'] : ['--level', '1'])];
    let between, calls;

    before(async () => {
      await stack.startPki(['--people', '1']);
      await stack.startOcsp();
      await stack.startStore();
      await stack.startService();
      await journey.register();
      const { receipt, reader } = journey;
      await journey.enrol(receipt);
      const peer = new PeerReader(stack), link = new PeerReader(stack);
      const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', reader.login_id]);
      assert.equal((await peer.activate(reader, code)).status, 200);
      assert.equal((await peer.login(reader)).status, 200);
      const checked = await peer.check('person-1', STAFF.id);
      assert.equal(checked.status, 200, checked.body.toString());

      const { tokens } = await journey.tokens(receipt, CLIENT);
      let handle = tokens.json().refresh_handle;
      const renewed = async () => {
        const reply = await stack.json('POST', '/v1/refresh', { refresh_handle: handle, login_id: receipt.login_id, password: receipt.password },
          { headers: { 'idempotency-key': crypto.randomUUID() } });
        assert.equal(reply.status, 200, reply.body.toString());
        handle = reply.json().refresh_handle;
        return reply.json().access_token;
      };
      const readerToken = async () => {
        const desk = Object.assign(new PeerReader(stack), { key: peer.key, jwk: peer.jwk, thumbprint: peer.thumbprint });
        assert.equal((await desk.login(reader)).status, 200);
        return desk.token;
      };
      const overToken = async () => {
        const token = await readerToken();
        assert.equal((await stack.json('POST', '/v1/logout', {}, { token })).status, 204);
        return token;
      };
      const nonce = async (purpose) => (await stack.json('POST', '/v1/reader/nonces', { method: 'pin', staff: STAFF.id, purpose },
        { token: await between.token('reader') })).json().nonce;
      const control = start('/usr/bin/python3', [path.join(HERE, 'injectable.py')], { log: stack.log('injectable') });
      stack.stops.push(() => control.stop());
      const port = await waitFor('the control', () => fs.readFileSync(stack.log('injectable'), 'utf8').trim());
      between = new Between({
        stack, control: Number(port),
        sessions: { link: renewed, over: overToken, reader: readerToken, leaving: readerToken },
        fresh: {
          FRESH_NONCE: () => nonce('check'),
          FRESH_CONSENT_NONCE: () => nonce('registration'),
          FRESH_CHALLENGE: async () => (await stack.json('POST', '/v1/login', { facility_code: FACILITY.code, login_id: receipt.login_id, password: receipt.password, client: CLIENT })).json().challenge ?? 'AAAA',
        },
      });
      stack.stops.push(() => between.close());
      await between.listen();
      const first = await stack.json('PUT', `/v1/results/${checked.json().id}/reference`, { reference_number: 'T27', expected: null },
        { token: await between.token('link'), headers: { 'idempotency-key': crypto.randomUUID() } });
      assert.equal(first.status, 200, first.body.toString());
      const certificate = fs.readFileSync(path.join(stack.card('person-1'), 'auth.der')).toString('base64');
      calls = callsOf({ journey, peer, link, result: checked.json().id, certificate });
      between.calls = { ...calls, ...CONTROLS };
    }, { timeout: 60000 });
    after(() => stack.stop(), { timeout: 30000 });

    it('each call of the contract, with all that it takes', () => {
      for (const { operation, parameters, members } of contract()) {
        const call = calls[operation];
        assert.ok(call, operation);
        const given = written([call.body ?? {}, call.query ?? {}, call.path ?? {}, call.headers ?? {}], () => false);
        const missing = [...parameters.map((one) => one.name), ...members].filter((name) => !NOT_STATED.includes(name) && !given.includes(`"${name}"`));
        assert.deepEqual(missing, [], operation);
      }
    });

    it('has nothing to inject into', { timeout: 4 * 3600e3 }, async () => {
      const stated = new Map(contract().map((one) => [one.operation, one]));
      const wanted = Object.keys(calls).filter((operation) => NIGHTLY || calls[operation].reach);
      let tried = 0;
      const wrong = [];
      await inTurn(wanted.map((operation) => async () => {
        const begun = Date.now();
        const asked = argumentsOf(between.url, operation, calls[operation], stated.get(operation) ?? calls[operation].at, level);
        const { free, found, stdout } = await attack(stack.file(`sqlmap-${operation}`), asked);
        if (found) wrong.push(`${operation}: ${found}`);
        else if (free < asked.places.length) wrong.push(`${operation}: ${free} of ${asked.places.length} tried\n${stdout}`);
        const { first, statuses } = between.seen[operation] ?? {};
        if (first !== calls[operation].first) wrong.push(`${operation}: first answer ${first}`);
        const shed = Object.keys(statuses ?? {}).filter((status) => status === '429' || status >= '500');
        if (shed.length) wrong.push(`${operation}: answered ${JSON.stringify(statuses)}`);
        tried += free;
        console.log(`# ${operation}: ${free} places, ${JSON.stringify(statuses)}, ${Date.now() - begun} ms`);
      }), WIDTH);
      assert.deepEqual(wrong, []);
      console.log(`# ${tried} places tried on ${store}`);
    });

    for (const [operation, call] of Object.entries(CONTROLS)) {
      it(`finds what is injectable (${operation})`, { skip: store !== 'sqlite' && 'the control is SQLite' }, async () => {
        const asked = argumentsOf(between.url, operation, call, call.at, ['--dbms', 'SQLite', '--level', '1', '--technique', 'BU']);
        const { found } = await attack(stack.file(`sqlmap-${operation}`), asked);
        assert.match(found ?? '', /Type: (boolean-based blind|UNION query)/);
      });
    }
  });
}
