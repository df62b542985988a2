// SPDX-License-Identifier: Apache-2.0
// The journey as tests: one service, one reader, one card after the other, in the journey's order.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FACILITY, Journey, STAFF, UNREGISTERED, qualifications, validity } from './journey.mjs';
import { exchange } from './http.mjs';
import { root, waitFor } from './process.mjs';
import { Stack } from './stack.mjs';

// With the profile a download is more than one reply can hold: the client has to halve the period.
const houses = [
  { store: 'sqlite' },
  { store: 'postgres' },
  { store: 'sqlite', profile: path.join(root, 'api/profiles/example.json'), limits: { results_page_max: 4 } },
];

for (const house of houses) {
  describe(`journey on ${house.store}${house.profile ? ' by another wire profile' : ''}`, { concurrency: false }, () => {
    const stack = new Stack(house);
    const journey = new Journey(stack);
    const [, health] = stack.spelling.route('GET', '/v1/health');
    let first; // the results before the insurer change

    before(() => stack.start(), { timeout: 120000 });
    after(() => stack.stop(), { timeout: 60000 });

    it('speaks TLS 1.3 and 1.2 and nothing older', async () => {
      for (const version of ['TLSv1.2', 'TLSv1.3']) {
        const reply = await exchange({ port: stack.port, ca: stack.ca, path: health, tls: { minVersion: version, maxVersion: version } });
        assert.equal(reply.status, 200);
      }
      await assert.rejects(exchange({ port: stack.port, ca: stack.ca, path: health, tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } }));
    });

    it('registers a facility, its accounts, staff and people', async () => {
      await journey.register();
      assert.match(journey.reader.login_id, /^W\d{7}$/);
      assert.match(journey.receipt.login_id, /^WA\d{7}$/);
      assert.equal(journey.persons.length, 17);
    });

    it('answers as its profile spells it and no other way', { skip: !house.profile }, async () => {
      const client = { vendor: '見本', product: '見本', version: '1' };
      const ours = { facility_code: FACILITY.code, login_id: 'WA0000001', password: 'a'.repeat(16), client };
      const send = (target, value) => stack.call('POST', target, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
      assert.equal((await send('/v1/login', ours)).status, 404);
      const [, login] = stack.spelling.route('POST', '/v1/login');
      assert.equal((await send(login, ours)).status, 400);
      const refused = await send(login, { Request: ours });
      assert.equal(refused.status, 422);
      assert.ok(refused.json().Error.FieldErrors.some((one) => one.FieldName === 'facility_code' && one.reason === 'unknown'), refused.body.toString());
      const spelt = await send(login, stack.spelling.request(ours));
      assert.equal(spelt.status, 401);
      assert.equal(spelt.json().Error.Code, 'E0101');
    });

    it('refuses a facility code whose check digit is wrong', async () => {
      await assert.rejects(stack.admin(['facility', 'add', '--code', '1310000004', '--name', 'x']));
    });

    it('enrols an authenticator with two consecutive codes', async () => {
      await journey.enrol(journey.receipt);
      await journey.enrol(journey.desk);
    });

    it('opens a one-time URL once', async () => {
      const [issued] = await stack.admin(['enrolment', 'issue', '--login-id', journey.reader.login_id]).catch(() => [undefined]);
      assert.equal(issued, undefined, 'a reader account has no authenticator');
    });

    it('activates the device and logs the reader in', () => journey.activate());

    it('confirms by PIN: the result stands on the screen', async () => {
      const { stdout } = await journey.tapPin('person-1');
      assert.match(stdout, /有効/);
      assert.match(stdout, new RegExp(journey.persons[0].qualifications[0].InsurerNumber));
    });

    it('confirms by 目視 after the face check', async () => {
      const { stdout } = await journey.tapVisual('person-2');
      assert.match(stdout, /有効|無効|複数/);
    });

    it('shows the confirmations again: a line each, one in full', async () => {
      const { stdout } = await stack.reader(['history'], { expect: 0 });
      const rows = stdout.trim().split('\n');
      assert.equal(rows.length, 2);
      assert.match(rows[0], new RegExp(`暗証番号 ${STAFF.id} .*${journey.persons[0].qualifications[0].Name}`));
      assert.match(rows[1], /目視/);
      const full = await stack.reader(['history', '--result', rows[0].split(' ').at(-1)], { expect: 0 });
      assert.match(full.stdout, /【有効】/);
      assert.match(full.stdout, new RegExp(journey.persons[0].qualifications[0].InsurerNumber));
      const json = await stack.reader(['history', '--json'], { expect: 0 });
      assert.deepEqual(json.stdout.trim().split('\n').map((line) => JSON.parse(line).method), ['pin', 'visual']);
      const old = await stack.reader(['history', '--from', '20240101', '--to', '20240131'], {});
      assert.equal(old.code, 6);
    });

    it('will not read a card by 目視 before the face check is attested', async () => {
      await stack.insert('person-3');
      const { code } = await stack.reader(['check', '--method', 'visual', '--staff', STAFF.id, '--organisation-key', journey.organisationKey], {});
      assert.notEqual(code, 0);
    });

    it('names only staff of the facility', async () => {
      await stack.insert('person-3');
      const { code, stderr } = await stack.reader(['check', '--method', 'pin', '--staff', 'nobody'], { input: '1234\n' });
      assert.equal(code, 6, stderr);
    });

    it('stores one result for each confirmation, with its audit row', async () => {
      for (const card of ['person-3', 'person-4', 'person-5', 'person-6', 'person-7']) await journey.tapPin(card);
      const rows = await stack.admin(['audit', 'list', '--facility', FACILITY.code]);
      assert.equal(rows.filter((row) => row.call === 'check' && row.outcome === 'ok').length, 7);
      assert.ok(!JSON.stringify(rows).includes(journey.persons[0].qualifications[0].Name), 'a name in the audit trail');
    });

    it('logs in with password and passcode, and renews the token', async () => {
      await journey.login(journey.receipt);
      await journey.refresh(journey.receipt);
      const mode = fs.statSync(stack.file(`${journey.receipt.login_id}.session`)).mode & 0o777;
      assert.equal(mode, 0o600);
      const text = fs.readFileSync(stack.file(`${journey.receipt.login_id}.session`), 'utf8');
      assert.ok(!text.includes(journey.receipt.password), 'the password in the session file');
    });

    it('counts and downloads the results of a period', async () => {
      assert.deepEqual(await journey.count(journey.receipt).then(({ count, without_reference }) => [count, without_reference]), [7, 7]);
      first = await journey.download(journey.receipt);
      assert.equal(first.length, 7);
      assert.deepEqual(first.map((entry) => entry.id), [...new Set(first.map((entry) => entry.id))]);
      assert.deepEqual(first.map((entry) => entry.confirmed_at), first.map((entry) => entry.confirmed_at).sort());
      assert.deepEqual(await journey.download(journey.receipt), first, 'twice gives the same');
    });

    it('gives every kind of qualification as the register holds it', () => {
      for (const entry of first) {
        const held = journey.persons.flatMap((person) => person.qualifications);
        for (const shown of qualifications(entry)) {
          assert.ok(held.some((one) => one.InsurerNumber === shown.InsurerNumber && one.Name === shown.Name && one.NameKana === shown.NameKana),
            'a qualification nobody registered');
        }
      }
      const names = journey.persons.flatMap((person) => person.qualifications.map((one) => one.Name)).join('');
      assert.match(names, /●/, 'no name with ● among the people');
      assert.ok(first.some((entry) => validity(entry) !== '1'), 'only 有効 results: the test people lost their variety');
    });

    it('makes a chart with the next number for each new patient and registers the number', async () => {
      await journey.deskLogin();
      await journey.sync();
      const usable = first.filter((entry) => validity(entry) === '1').length;
      const { count, without_reference } = await journey.count(journey.receipt);
      assert.equal(count, 7);
      assert.equal(without_reference, 7 - usable);
    });

    it('syncs twice without doubling anything', async () => {
      const charts = await journey.charts();
      await journey.sync();
      assert.equal(await journey.charts(), charts);
    });

    it('carries the 照会番号 over a change of insurer, and the chart gains a dated insurance', async () => {
      const [before] = await journey.download(journey.receipt);
      assert.ok(before.reference_number);
      await journey.changeInsurer(journey.persons[0].person);
      await journey.tapPin('person-1');
      const after = (await journey.download(journey.receipt)).at(-1);
      assert.equal(after.reference_number, before.reference_number);
      const [old, now] = [before, after].map((entry) => qualifications(entry)[0].InsurerNumber);
      assert.notEqual(now, old);
      await journey.sync();
      const chart = await journey.chart(after.reference_number);
      assert.ok(chart.includes(old) && chart.includes(now), chart);
    });

    it('says how many tries are left after a wrong PIN', async () => {
      const { stderr } = await journey.tapPin('person-8', { pin: '9999', expect: 14 });
      assert.match(stderr, /あと2回/);
    });

    it('registers a card as 健康保険証 with the patient\'s consent, and confirms at once', async () => {
      const card = `person-${UNREGISTERED}`;
      const { stderr } = await journey.tapPin(card, { expect: 6 });
      assert.match(stderr, /まだ健康保険証として登録されていません/);
      assert.match(stderr, /card_not_registered/);
      const refused = await stack.reader(['register', '--method', 'pin', '--staff', STAFF.id], { input: '1234\n' });
      assert.equal(refused.code, 2, 'without consent nothing is registered');
      await journey.tapPin(card, { expect: 6 });
      await stack.insert(card);
      const { stdout, stderr: words } = await stack.reader(['check', '--method', 'pin', '--staff', STAFF.id, '--consented'], { input: '1234\n1234\n', expect: 0 });
      assert.match(words, /健康保険証利用の申込（初回登録）/);
      assert.match(stdout, /確認の番号/);
      await journey.tapPin(card);
      const rows = await stack.admin(['audit', 'list', '--facility', FACILITY.code]);
      assert.deepEqual(rows.filter((row) => row.call === 'registration').map((row) => row.outcome), ['ok']);
    });

    it('refuses a card of another CA with the same name', async () => {
      await journey.tapPin('evil', { expect: 11 });
    });

    it('refuses a revoked card', async () => {
      await journey.tapPin('revoked', { expect: 12 });
    });

    it('refuses a card that expired more than three months ago, and takes one in its grace', async () => {
      await journey.tapPin('expired-old', { expect: 13 });
      await journey.tapPin('expired-grace');
    });

    it('says so when revocation cannot be asked, and stores nothing', async () => {
      const { count } = await journey.count(journey.receipt);
      stack.ocspMode('tryLater');
      await journey.tapPin('person-9', { expect: 10 });
      assert.match(fs.readFileSync(stack.log('shikakud'), 'utf8'), / revocation_unavailable cause=try_later request=[0-9a-f]{32}/);
      stack.ocspMode('index');
      assert.equal((await journey.count(journey.receipt)).count, count);
      await journey.tapPin('person-9');
    });

    it('refuses a period older than 翌月末', async () => {
      const { code } = await stack.shikaku(journey.receipt.login_id, ['count', '--from', '20240101', '--to', '20240131']);
      assert.equal(code, 6);
    });

    it('registers many 照会番号 from a file, each with its outcome', async () => {
      const all = await journey.download(journey.receipt);
      const blank = all.filter((entry) => !entry.reference_number);
      const taken = all.find((entry) => entry.reference_number).reference_number;
      assert.ok(blank.length >= 2);
      const csv = stack.file('numbers.csv');
      fs.writeFileSync(csv, ['result_id,reference_number,expected', `${blank.at(-1).id},"まとめて,1",`, `${blank[0].id},${taken},`,
        `${'0'.repeat(32)},9,`, 'x,9,', `${blank.at(-1).id},,"まとめて,2"`].join('\r\n'));
      const { stdout, stderr } = await stack.shikaku(journey.receipt.login_id, ['reference', '--file', csv], { expect: 8 });
      const rows = stdout.trim().split('\n').slice(1).map((line) => line.split(',').slice(0, 3).join());
      assert.deepEqual(rows, ['1,done,',
        '2,refused,reference_taken', '3,refused,result_unknown', '4,refused,field_invalid', '5,refused,reference_conflict']);
      assert.match(stdout, /^5,refused,reference_conflict,0,"まとめて,1"$/m);
      assert.match(stderr, /1件を登録しました。断られたもの: 4件/);
      const jsonl = stack.file('numbers.jsonl');
      fs.writeFileSync(jsonl, JSON.stringify({ result_id: blank.at(-1).id, reference_number: 'まとめて,1', expected: null }) + '\n');
      const again = await stack.shikaku(journey.receipt.login_id, ['reference', '--file', jsonl], { expect: 0 });
      assert.equal(JSON.parse(again.stdout).outcome, 'done', 'a number that stands there already is registered');
      assert.equal((await journey.download(journey.receipt)).at(-1).reference_number, 'まとめて,1');
    });

    it('shows another facility nothing', async () => {
      await journey.registerOther();
      await journey.enrol(journey.stranger);
      await journey.login(journey.stranger);
      assert.equal((await journey.count(journey.stranger)).count, 0);
      assert.deepEqual(await journey.download(journey.stranger), []);
      const mine = await stack.shikaku(journey.stranger.login_id, ['reference', first[0].id, '1']);
      const none = await stack.shikaku(journey.stranger.login_id, ['reference', '0'.repeat(32), '1']);
      assert.equal(mine.code, 7);
      assert.deepEqual([mine.code, mine.stdout], [none.code, none.stdout]);
    });

    it('has made this PC a registered device, whose every call can be proven', { skip: !!house.profile }, async () => {
      const mine = () => stack.shikaku(journey.receipt.login_id, ['device', 'list'], { expect: 0 });
      const [, id] = /^([0-9a-f]{32}) {2}\d{14} {2}linux {4}\* /.exec((await mine()).stdout);
      const again = await stack.shikaku(journey.receipt.login_id, ['device', 'register', '--name', '受付'], { expect: 0 });
      assert.match(again.stderr, new RegExp(id));
      const session = fs.readFileSync(stack.file(`${journey.receipt.login_id}.session`), 'utf8');
      const [, token] = /^access_token=(.*)$/m.exec(session);
      const period = 'from=20261101000000&to=20991231235959';
      const stolen = () => stack.json('GET', `/v1/results/count?${period}`, undefined, { token });
      assert.equal((await stolen()).status, 200);
      await stack.admin(['facility', 'proof', '--facility', FACILITY.code, '--kind', 'every']);
      await waitFor('the new rule', async () => (await stolen()).status === 401);
      assert.equal((await stolen()).json().code, 'device_proof_refused');
      assert.ok((await journey.count(journey.receipt)).count > 0);
      assert.match((await mine()).stdout, new RegExp(id));
      await stack.reader(['history'], { expect: 0 });
      await stack.admin(['facility', 'proof', '--facility', FACILITY.code, '--kind', 'login']);
      await waitFor('the old rule', async () => (await stolen()).status === 200);
    });

    it('ends the session at the service', async () => {
      await stack.shikaku(journey.receipt.login_id, ['logout'], { expect: 0 });
      const { code } = await stack.shikaku(journey.receipt.login_id, ['count', ...journey.period]);
      assert.equal(code, 5);
    });

    it('refuses a passcode that was used before', async () => {
      const { stderr } = await journey.login(journey.receipt, { code: journey.receipt.lastPasscode, expect: 4 });
      assert.match(stderr, /passcode_reused/); // told to a registered device, as this PC is by now
    });

    it('refuses a wrong password', () => journey.login(journey.receipt, { password: 'chigau-password-2026', code: '000000', expect: 3 }));

    it('keeps what it acknowledged when it is killed, and comes back', async () => {
      const before = (await stack.admin(['audit', 'list', '--facility', FACILITY.code])).length;
      await stack.service.kill();
      await stack.restartService();
      assert.equal((await stack.admin(['audit', 'list', '--facility', FACILITY.code])).length, before);
    });

    it('wrote no secret and no name into any log', () => {
      const secrets = [journey.receipt, journey.reader, journey.desk].flatMap((account) => [account.password, account.secret]).filter(Boolean);
      const names = journey.persons.flatMap((person) => person.qualifications.map((one) => one.Name));
      for (const log of fs.readdirSync(stack.logs)) {
        const text = fs.readFileSync(stack.log(log.replace(/\.log$/, '')), 'utf8');
        for (const forbidden of [...secrets, ...names]) assert.ok(!text.includes(forbidden), `${log} holds something it must not`);
      }
    });
  });
}
