// SPDX-License-Identifier: Apache-2.0
// Every reply fits api/openapi.yaml, and bad input of every kind gets a problem that names the field
// and stores nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FACILITY, Journey, STAFF } from '../journeys/journey.mjs';
import { PeerReader } from '../journeys/peer.mjs';
import { root } from '../journeys/process.mjs';
import { Stack } from '../journeys/stack.mjs';

/** What does not fit the contract, one line for each exchange. */
function judge(exchanges) {
  const { stdout, status, stderr } = spawnSync('/usr/bin/python3', [path.join(root, 'tests/contract/validate.py')],
    { input: exchanges.map((one) => JSON.stringify(one)).join('\n') + '\n', encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim().split('\n');
}

const CLIENT = { vendor: '契約', product: 'contract', version: '1' };
const stack = new Stack();
const journey = new Journey(stack);
const seen = []; // every reply of every call below
let peer, wa, w, resultId;

/** Send and remember. */
async function ask(operation, reply) {
  const { status, headers, body } = await reply;
  seen.push({ operation, status, type: headers['content-type'] ?? '', body: body.toString() });
  return { status, headers, json: () => JSON.parse(body.toString()) };
}



/** The calls that take a body: how each is sent well. */
const CALLS = {
  login: { method: 'POST', path: () => '/v1/login', body: () => ({ facility_code: FACILITY.code, login_id: journey.receipt.login_id, password: 'x'.repeat(20), client: CLIENT }) },
  mfa: { method: 'POST', path: () => '/v1/mfa', body: () => ({ challenge: 'AAAA', passcode: '123456' }) },
  refresh: { method: 'POST', path: () => '/v1/refresh', key: true, body: () => ({ refresh_handle: 'AAAA', login_id: journey.receipt.login_id, password: 'x'.repeat(20) }) },
  password_change: { method: 'POST', path: () => '/v1/password', auth: () => wa, body: () => ({ old_password: 'x'.repeat(20), new_password: 'y'.repeat(20) }) },
  logout: { method: 'POST', path: () => '/v1/logout', auth: () => wa, body: () => ({}) },
  reference: { method: 'PUT', path: () => `/v1/results/${resultId}/reference`, auth: () => wa, key: true, body: () => ({ reference_number: '1', expected: null }) },
  references: { method: 'PUT', path: () => '/v1/references', auth: () => wa, key: true, body: () => ({ references: [{ result_id: resultId, reference_number: '2', expected: '1' }, { result_id: '0'.repeat(32), reference_number: '2', expected: null }] }) },
  enrolment_begin: { method: 'POST', path: () => '/v1/enrolment', body: () => ({ code: 'AAAA' }) },
  enrolment_confirm: { method: 'POST', path: () => '/v1/enrolment/confirm', body: () => ({ code: 'AAAA', passcode_1: '123456', passcode_2: '123456' }) },
  activate: { method: 'POST', path: () => '/v1/reader/activate', proof: true, body: () => ({ login_id: journey.reader.login_id, password: 'x'.repeat(20), activation_code: 'AAAA', device: { name: 'x', platform: 'linux' }, client: CLIENT }) },
  reader_login: { method: 'POST', path: () => '/v1/reader/login', proof: true, body: () => ({ login_id: journey.reader.login_id, password: 'x'.repeat(20), client: CLIENT }) },
  device_register: { method: 'POST', path: () => '/v1/devices', auth: () => wa, proof: true, body: () => ({ name: '受付PC', platform: 'linux' }) },
  nonce: { method: 'POST', path: () => '/v1/reader/nonces', auth: () => w, body: () => ({ method: 'pin', staff: STAFF.id }) },
  check: { method: 'POST', path: () => '/v1/reader/checks', auth: () => w, proof: true, body: () => ({ nonce: 'AAAA', method: 'pin', staff: STAFF.id, certificate: 'AAAA', signature: 'AAAA' }) },
  registration: { method: 'POST', path: () => '/v1/reader/registrations', auth: () => w, proof: true, body: () => ({ nonce: 'AAAA', method: 'pin', staff: STAFF.id, certificate: 'AAAA', signature: 'AAAA', consent: true }) },
};

/** Send bytes as the body of a call, with what else it needs. */
function send(name, bytes, { type = 'application/json', method } = {}) {
  const call = CALLS[name];
  const target = call.path();
  const body = Buffer.from(bytes);
  const headers = { 'content-length': body.length };
  if (type) headers['content-type'] = type;
  if (call.auth) headers.authorization = `Bearer ${call.auth()}`;
  if (call.key) headers['idempotency-key'] = randomUUID();
  if (call.proof) headers.dpop = peer.proof(call.method, target);
  return ask(name, stack.call(method ?? call.method, target, { headers, body }));
}

describe('contract', { concurrency: false }, () => {
  before(async () => {
    await stack.startPki();
    await stack.startOcsp();
    await stack.startStore();
    await stack.startService();
    await journey.register();
    await journey.enrol(journey.receipt);
    const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', journey.reader.login_id]);
    peer = new PeerReader(stack);
    assert.equal((await ask('activate', peer.activate(journey.reader, code))).status, 200);
    assert.equal((await ask('reader_login', peer.login(journey.reader))).status, 200);
    w = peer.token;
    const checked = await ask('check', peer.check('person-1', STAFF.id));
    assert.equal(checked.status, 200, JSON.stringify(checked.json()));
    resultId = checked.json().id;
    const { challenge, tokens } = await journey.tokens(journey.receipt, CLIENT);
    await ask('login', challenge);
    wa = (await ask('mfa', tokens)).json().access_token;
    assert.ok(wa);
  }, { timeout: 120000 });
  after(() => stack.stop(), { timeout: 60000 });

  it('answers the reading calls', async () => {
    const period = 'from=20200101000000&to=20991231235959';
    assert.equal((await ask('health', stack.json('GET', '/v1/health'))).status, 200);
    assert.equal((await ask('ready', stack.json('GET', '/v1/ready'))).status, 200);
    assert.equal((await ask('status', stack.json('GET', '/v1/status'))).status, 200);
    assert.equal((await ask('count', stack.json('GET', `/v1/results/count?${period}`, undefined, { token: wa }))).status, 200);
    assert.equal((await ask('download', stack.json('GET', `/v1/results?${period}`, undefined, { token: wa }))).status, 200);
    assert.equal((await ask('device_list', stack.json('GET', '/v1/devices', undefined, { token: wa }))).status, 200);
    const accesses = (await ask('accesses', stack.json('GET', `/v1/accesses?${period}&limit=2`, undefined, { token: wa }))).json();
    assert.equal((await ask('accesses', stack.json('GET', `/v1/accesses?${period}&cursor=${accesses.next_cursor}`, undefined, { token: wa }))).status, 200);
    assert.equal((await ask('jwks', stack.json('GET', '/v1/jwks'))).status, 200);
    assert.equal((await ask('history', stack.json('GET', `/v1/reader/checks?${period}`, undefined, { token: w }))).status, 200);
    assert.equal((await ask('staff', stack.json('GET', '/v1/reader/staff', undefined, { token: w }))).status, 200);
  });

  it('registers a device, lists it, closes it', async () => {
    const pc = new PeerReader(stack);
    pc.token = wa;
    const body = CALLS.device_register.body();
    const { device_id } = (await ask('device_register', pc.proven('POST', '/v1/devices', body))).json();
    const again = await ask('device_register', pc.proven('POST', '/v1/devices', body));
    assert.equal(again.json().device_id, device_id);
    const { devices: [entry] } = (await ask('device_list', stack.json('GET', '/v1/devices', undefined, { token: wa }))).json();
    assert.equal(entry.device_id, device_id);
    assert.equal((await ask('device_register', pc.proven('POST', '/v1/devices', { ...body, platform: 'android' }))).status, 403);
    for (const status of [204, 404]) {
      assert.equal((await ask('device_close', stack.json('DELETE', `/v1/devices/${device_id}`, undefined, { token: wa }))).status, status);
    }
    assert.equal((await ask('device_register', pc.proven('POST', '/v1/devices', body))).status, 409);
  });

  it('is not for phones and tablets', async () => {
    const period = 'from=20261101000000&to=20261130235959';
    for (const headers of [{ 'user-agent': 'Mozilla/5.0 (Linux; Android 14)' }, { 'sec-ch-ua-mobile': '?1' }, { 'sec-ch-ua-platform': '"iOS"' }]) {
      assert.equal((await ask('count', stack.json('GET', `/v1/results/count?${period}`, undefined, { token: wa, headers }))).status, 403);
    }
  });

  it('refuses queries that do not fit', async () => {
    for (const query of ['', 'from=x&to=y', 'from=20261301000000&to=20261302000000', 'from=20260101000000', 'from=20261122000000&to=20261121000000',
      'from=20261101000000&to=20261130235959&limit=0', 'from=20261101000000&to=20261130235959&limit=501', 'from=20261101000000&to=20261130235959&reference=maybe',
      'from=20261101000000&to=20261130235959&cursor=AAAA', 'from=20261101000000&to=20261130235959&facility_code=1', 'from=%ff&to=%zz', 'from=1&from=2&to=3']) {
      const reply = await ask('download', stack.json('GET', `/v1/results?${query}`, undefined, { token: wa }));
      assert.equal(reply.status, 422, `${query}: ${reply.status}`);
    }
  });

  it('takes only its own kind of account', async () => {
    const period = 'from=20261101000000&to=20261130235959';
    assert.equal((await ask('count', stack.json('GET', `/v1/results/count?${period}`, undefined, { token: w }))).status, 403);
    assert.equal((await ask('nonce', stack.json('POST', '/v1/reader/nonces', { method: 'pin', staff: STAFF.id }, { token: wa }))).status, 403);
    for (const bad of [undefined, 'x', `${wa.slice(0, -2)}AA`, wa.split('.').slice(0, 2).join('.') + '.']) {
      assert.equal((await ask('count', stack.json('GET', `/v1/results/count?${period}`, undefined, { token: bad }))).status, 401, bad);
    }
  });

  for (const name of Object.keys(CALLS)) {
    describe(name, () => {
      const fields = () => Object.keys(CALLS[name].body());

      it('is no other method', async () => {
        const reply = await send(name, '{}', { method: 'DELETE' });
        assert.equal(reply.status, 405);
        assert.ok(reply.headers.allow.includes(CALLS[name].method));
      });
      it('takes JSON only', async () => {
        assert.equal((await send(name, JSON.stringify(CALLS[name].body()), { type: 'text/plain' })).status, 415);
        assert.equal((await send(name, JSON.stringify(CALLS[name].body()), { type: null })).status, 415);
      });
      it('refuses what is not JSON', async () => {
        for (const text of ['', '{', 'null', '[]', '{"a":1}x', '\ufeff{}', '{"a":1,"a":2}', '['.repeat(100000), '{"a":"\\ud800"}', '{"a":1e999}']) {
          const { status } = await send(name, text);
          assert.ok(status === 400 || status === 422 || status === 413, `${text.slice(0, 20)}: ${status}`);
        }
      });
      it('refuses bad UTF-8', async () => {
        assert.equal((await send(name, Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]))).status, 400);
      });
      it('refuses a body that is too large', async () => {
        assert.equal((await send(name, `{"a":"${'x'.repeat(70000)}"}`)).status, 413);
      });
      it('names an unknown field', async () => {
        const reply = await send(name, JSON.stringify({ ...CALLS[name].body(), bonus: 1 }));
        assert.equal(reply.status, 422);
        assert.ok(reply.json().errors.some((one) => one.field === 'bonus'), JSON.stringify(reply.json()));
      });
      it('names a missing field, a wrong type and a text that is too long', async () => {
        for (const field of fields()) {
          const missing = CALLS[name].body();
          delete missing[field];
          for (const [what, body] of [['missing', missing], ['type', { ...CALLS[name].body(), [field]: 7 }],
            ['long', { ...CALLS[name].body(), [field]: CALLS[name].body()[field]?.constructor === Object ? 'x' : 'あ'.repeat(9000) }]]) {
            const reply = await send(name, JSON.stringify(body));
            assert.equal(reply.status, 422, `${what} ${field}: ${reply.status}`);
            assert.ok(reply.json().errors.some((one) => one.field === field || one.field.startsWith(`${field}.`)), `${what} ${field}: ${JSON.stringify(reply.json().errors)}`);
          }
        }
      });
    });
  }

  it('knows no other path', async () => {
    for (const target of ['/', '/v1', '/v1/', '/v1/login/', '/v2/login', '/v1/results/../login', '/v1/results/x/reference/y']) {
      assert.equal((await stack.json('GET', target)).status, 404, target);
    }
  });

  it('answers its door\'s own errors as problems', async () => {
    const long = await stack.call('GET', `/v1/health?${'x'.repeat(20000)}`);
    assert.ok([414, 400].includes(long.status), long.status);
    assert.equal(long.headers['content-type'], 'application/problem+json');
    const headers = await stack.call('GET', '/v1/health', { headers: { 'x-long': 'x'.repeat(40000) } });
    assert.ok([431, 400].includes(headers.status), headers.status);
    assert.equal(headers.headers['content-type'], 'application/problem+json');
  });

  it('stored nothing of all that', async () => {
    const reply = await stack.json('GET', '/v1/results/count?from=20261101000000&to=20991231235959', undefined, { token: wa });
    assert.equal(reply.json().count, 1);
    assert.equal(reply.json().without_reference, 1);
  });

  it('fits api/openapi.yaml in every reply it gave', () => {
    const verdicts = judge(seen);
    assert.equal(verdicts.length, seen.length);
    const wrong = verdicts.map((verdict, i) => [verdict, seen[i]]).filter(([verdict]) => verdict !== 'ok');
    assert.deepEqual(wrong.slice(0, 5), []);
  });

  it('would notice a reply that does not fit (control)', () => {
    const { operation, status, type, body } = seen.find((one) => one.operation === 'health');
    const spoiled = JSON.stringify({ ...JSON.parse(body), extra: 1 });
    assert.deepEqual(judge([{ operation, status, type, body }]), ['ok']);
    assert.notDeepEqual(judge([{ operation, status, type, body: spoiled }]), ['ok']);
    assert.notDeepEqual(judge([{ operation, status: 299, type, body }]), ['ok']);
  });
});
