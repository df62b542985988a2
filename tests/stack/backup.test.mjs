// SPDX-License-Identifier: Apache-2.0
// Backups are made while the service works, and a service made from them works. A month whose key was
// destroyed before the last key bundle stays unreadable, whatever the database's copy holds.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Journey, STAFF } from '../journeys/journey.mjs';
import { PeerReader } from '../journeys/peer.mjs';
import { run } from '../journeys/process.mjs';
import { Stack } from '../journeys/stack.mjs';
import { passcode } from '../journeys/totp.mjs';

const PERIOD = 'from=20200101000000&to=20991231235959';
const PACE_MS = 60; // below what one account may call in the long run, however long the backup takes
const CLIENT = { vendor: '見本', product: '見本', version: '1' };
const month = `month-${new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 7).replace('-', '')}`;

for (const store of ['sqlite', 'postgres']) {
  describe(`backup on ${store}`, { concurrency: false }, () => {
    const stack = new Stack({ store });
    const journey = new Journey(stack);
    const peer = new PeerReader(stack);
    const file = (name) => stack.file(name);
    let confirmed = 0; // before the backup began

    before(async () => {
      await stack.startPki();
      await stack.startOcsp();
      await stack.startStore();
      await stack.startService();
      await journey.register();
      await journey.enrol(journey.receipt);
      const [issued] = await stack.admin(['activation', 'issue', '--login-id', journey.reader.login_id]);
      await peer.activate(journey.reader, issued.code);
      assert.equal((await peer.login(journey.reader)).status, 200);
      await run('openssl', ['genpkey', '-algorithm', 'X25519', '-out', file('offline.key')], { expect: 0 });
      await run('openssl', ['pkey', '-in', file('offline.key'), '-pubout', '-out', file('offline.pub')], { expect: 0 });
    }, { timeout: 120000 });
    after(() => stack.stop(), { timeout: 60000 });

    /** Another database with what the backup holds. */
    const restored = async () => {
      if (store === 'sqlite') {
        fs.copyFileSync(file('backup'), file('restored.db'));
        fs.chmodSync(file('restored.db'), 0o600);
        return file('restored.db');
      }
      const name = `restored_${Date.now()}`;
      await run('psql', ['--quiet', '--dbname', stack.storeTarget, '--command', `CREATE DATABASE ${name}`], { expect: 0 });
      const target = stack.storeTarget.replace(/dbname=\S+/, `dbname=${name}`);
      await run('pg_restore', ['--exit-on-error', `--dbname=${target}`, file('backup')], { expect: 0 });
      return target;
    };

    /** The service on what was restored. */
    const restart = async (bundle) => {
      await stack.service.stop('SIGQUIT');
      fs.rmSync(stack.file('keys'), { recursive: true });
      const settings = stack.settings().replace(/^target = .*$/m, `target = ${await restored()}`);
      fs.writeFileSync(stack.settingsFile, settings, { mode: 0o600 });
      await stack.admin(['restore', '--keys', bundle, '--private-key', file('offline.key')]);
      await stack.restartService();
    };

    /** Two steps on each time: a passcode is spent once. */
    let offset = 1;
    const token = async () => {
      const challenge = await stack.json('POST', '/v1/login', { facility_code: journey.receipt.facility.code,
        login_id: journey.receipt.login_id, password: journey.receipt.password, client: CLIENT });
      assert.equal(challenge.status, 200, challenge.body.toString());
      const tokens = await stack.json('POST', '/v1/mfa',
        { challenge: challenge.json().challenge, passcode: await passcode(journey.receipt.secret, offset) });
      assert.equal(tokens.status, 200, tokens.body.toString());
      return tokens.json().access_token;
    };
    const download = async () => stack.json('GET', `/v1/results?${PERIOD}`, undefined, { token: await token() });

    it('copies the database and the keys while cards are checked', async () => {
      for (; confirmed < 3; confirmed++) assert.equal((await peer.check('person-1', STAFF.id)).status, 200);
      let over = false;
      const failed = [];
      const load = (async () => {
        while (!over) {
          const reply = await peer.check('person-1', STAFF.id);
          if (reply.status !== 200) failed.push(reply.body.toString());
          await setTimeout(PACE_MS);
        }
      })();
      await stack.admin(['backup', file('backup')]);
      await stack.admin(['backup', '--keys', file('bundle'), '--recipient', file('offline.pub')]);
      over = true;
      await load;
      assert.deepEqual(failed, []);
      for (const name of ['backup', 'bundle']) assert.equal(fs.statSync(file(name)).mode & 0o777, 0o600, name);
      await stack.admin(['backup', file('backup')]).then(() => assert.fail('written over'), () => {});
    });

    it('holds neither a key nor the bundle in the clear', () => {
      const [backup, bundle] = [fs.readFileSync(file('backup')), fs.readFileSync(file('bundle'))];
      for (const name of fs.readdirSync(stack.file('keys'))) {
        const key = fs.readFileSync(stack.file('keys', name));
        assert.ok(!backup.includes(key), name);
        assert.ok(!bundle.includes(key), name);
      }
    });

    it('a service made from them works', { timeout: 60000 }, async () => {
      fs.copyFileSync(file('bundle'), file('bundle.kept'));
      await restart(file('bundle'));
      const reply = await download();
      assert.equal(reply.status, 200, reply.body.toString());
      assert.ok(reply.json().results.length >= confirmed);
      assert.equal((await peer.login(journey.reader)).status, 200);
      assert.equal((await peer.check('person-1', STAFF.id)).status, 200);
    });

    it('a month that was destroyed before the bundle was made stays unreadable', { timeout: 90000 }, async () => {
      fs.rmSync(stack.file('keys', month));
      await stack.admin(['backup', '--keys', file('bundle'), '--recipient', file('offline.pub')]);
      await restart(file('bundle'));
      // The service has made the month's key anew: another one.
      assert.ok(fs.existsSync(stack.file('keys', month)));
      const reply = await download();
      assert.notEqual(reply.status, 200, reply.body.toString());
      assert.ok(!reply.body.includes('XmlMsg'));
    });

    it('the control: the bundle of before, which must not be kept, would open it', { timeout: 90000 }, async () => {
      await restart(file('bundle.kept'));
      assert.equal((await download()).status, 200);
    });
  });
}
