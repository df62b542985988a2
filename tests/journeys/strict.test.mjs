// SPDX-License-Identifier: Apache-2.0
// A service as its operator should run it: no login without a device of its own (allow_bare = no),
// and passwords as issued, which each desk must change before anything else - over real processes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { FACILITY, Journey, STAFF } from './journey.mjs';
import { PeerReader } from './peer.mjs';
import { Stack } from './stack.mjs';
import { passcode } from './totp.mjs';

const CLIENT = { vendor: 'v', product: 'p', version: '1' };
const EXIT_REFUSED = 3;

for (const store of ['sqlite', 'postgres']) {
  describe(`a strict service on ${store}`, { concurrency: false }, () => {
    const stack = new Stack({ store, more: '[clients]\nallow_bare = no\n' });
    const journey = new Journey(stack);
    let reader, receipt, bare;

    before(async () => {
      await stack.startPki(['--people', '1']);
      await stack.startOcsp();
      await stack.startStore();
      await stack.startService();
      await stack.admin(['facility', 'add', '--code', FACILITY.code, '--name', FACILITY.name]);
      await stack.admin(['staff', 'add', '--facility', FACILITY.code, '--id', STAFF.id, '--name', STAFF.name]);
      await journey.people();
      reader = await journey.account(FACILITY, 'W', { keep: false });
      receipt = await journey.account(FACILITY, 'WA', { keep: false });
      bare = await journey.account(FACILITY, 'WA');
      await journey.enrol(receipt);
      await journey.enrol(bare);
    }, { timeout: 120000 });
    after(() => stack.stop(), { timeout: 60000 });

    const desk = (args, options) => stack.reader(args, options);
    const changed = 'kasa wo wasurenai hi';

    it('lets a new reader account change its password, and nothing before', async () => {
      const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', reader.login_id]);
      await desk(['activate', '--id', reader.login_id, '--name', '受付PC'], { input: `${reader.password}\n${code}\n`, expect: 0 });
      await desk(['login', '--id', reader.login_id], { input: `${reader.password}\n`, expect: 0 });
      const refused = await desk(['staff'], { expect: EXIT_REFUSED });
      assert.match(refused.stderr, /password_must_change/);
      const same = await desk(['password'], { input: `${reader.password}\n${reader.password}\n` });
      assert.notEqual(same.code, 0, 'the issued one once more');
      await desk(['password'], { input: `${reader.password}\n${changed}\n`, expect: 0 });
      assert.match((await desk(['staff'], { expect: 0 })).stdout, new RegExp(STAFF.id));
    });

    it('confirms by the new password, and not by the issued one', async () => {
      const old = await desk(['login', '--id', reader.login_id], { input: `${reader.password}\n` });
      assert.notEqual(old.code, 0);
      await desk(['login', '--id', reader.login_id], { input: `${changed}\n`, expect: 0 });
      const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', reader.login_id]);
      const peer = new PeerReader(stack), account = { ...reader, password: changed };
      assert.equal((await peer.activate({ ...reader }, code)).status, 401, 'the issued password, with a good code');
      assert.equal((await peer.activate(account, code)).status, 200);
      assert.equal((await peer.login(account)).status, 200);
      const reply = await peer.check('person-1', STAFF.id);
      assert.equal(reply.status, 200, reply.body.toString());
    });

    it('gives a login without a device nothing but the way to one', async () => {
      const words = { facility_code: FACILITY.code, login_id: bare.login_id, password: bare.password, client: CLIENT };
      const without = await stack.json('POST', '/v1/login', words);
      assert.equal(`${without.status} ${without.json().code}`, '403 device_required');
      const link = new PeerReader(stack); // its key is nobody's yet
      const challenge = await link.proven('POST', '/v1/login', words);
      assert.equal(challenge.status, 200, challenge.body.toString());
      const tokens = await link.proven('POST', '/v1/mfa', { challenge: challenge.json().challenge, passcode: await passcode(bare.secret, 1) });
      assert.equal(tokens.status, 200, tokens.body.toString());
      const token = tokens.json().access_token;
      const ask = async (method, target, value) => {
        const reply = await stack.json(method, target, value, { token, headers: { 'idempotency-key': 'abcdefghijklmnopqrstuvwx' } });
        return `${reply.status} ${reply.status < 400 ? '' : reply.json().code}`;
      };
      const days = 'from=20261101000000&to=20261130235959';
      for (const [method, target, value] of [['GET', `/v1/results/count?${days}`], ['GET', `/v1/results?${days}`], ['GET', `/v1/accesses?${days}`],
        ['PUT', `/v1/results/${'0'.repeat(32)}/reference`, { reference_number: '1', expected: null }]]) {
        assert.equal(await ask(method, target, value), '403 device_required', target);
      }
      link.token = token;
      assert.equal((await link.proven('POST', '/v1/devices', { name: '受付PC', platform: 'linux' })).status, 200);
      assert.equal(await ask('GET', `/v1/results/count?${days}`), '200 ');
    });

    it('takes the command\'s own device, once its password is changed', async () => {
      await journey.login(receipt);
      const refused = await stack.shikaku(receipt.login_id, ['count', ...journey.period]);
      assert.equal(refused.code, EXIT_REFUSED);
      assert.match(refused.stderr, /password_must_change/);
      const shared = await stack.shikaku(receipt.login_id, ['password'], { input: `${receipt.password}\n${changed}\n` });
      assert.notEqual(shared.code, 0, 'the password of the reader beside it');
      await stack.shikaku(receipt.login_id, ['password'], { input: `${receipt.password}\n${changed} ni\n`, expect: 0 });
      assert.deepEqual(await journey.count(receipt), { count: 1, without_reference: 1 });
      assert.equal((await journey.download(receipt)).length, 1);
    });

    it('forgets the key of a device that it ended, and comes back with another by a code', async () => {
      const command = (args, more = {}) => stack.shikaku(receipt.login_id, args, more);
      const [, id] = /^([0-9a-f]{32}) .*\* /m.exec((await command(['device', 'list'], { expect: 0 })).stdout);
      await command(['device', 'close', id], { expect: 0 });
      const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', receipt.login_id]);
      await journey.enrol(receipt);
      await journey.login(receipt, { password: `${changed} ni` });
      await command(['device', 'register', '--code'], { input: `${code}\n`, expect: 0 });
      const [, other] = /^([0-9a-f]{32}) .*\* /m.exec((await command(['device', 'list'], { expect: 0 })).stdout);
      assert.notEqual(other, id);
      assert.deepEqual(await journey.count(receipt), { count: 1, without_reference: 1 });
    });
  });
}
