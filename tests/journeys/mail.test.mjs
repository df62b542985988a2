// SPDX-License-Identifier: Apache-2.0
// A temporary account over the real service, a real SMTP server and the `shikaku` command: from the
// two operators who open it to the results on the desk. Then an alarm, from its cause to the
// operators' mail.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { FACILITY, Journey } from './journey.mjs';
import { program, run, waitFor } from './process.mjs';
import { OPERATOR, Stack } from './stack.mjs';

const ADDRESS = 'uketsuke@clinic.example';
const SECOND = { name: 'suzuki', password: 'natsu no yoru no ame' };

describe('a temporary account', { concurrency: false }, () => {
  const stack = new Stack();
  const journey = new Journey(stack);
  let account, code;

  const sql = (text) => run('/usr/bin/python3',
    ['-c', 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=10); print(db.execute(sys.argv[2]).fetchall()); db.commit()',
      stack.storeTarget, text], { expect: 0 });
  const adminAs = (who, args, options = {}) => run(program('server/admin/shikaku-admin'),
    ['--config', stack.settingsFile, '--operator', who.name, '--reason', '試験', '--operator-password-fd', '0', ...args],
    { input: `${who.password}\n`, expect: 0, ...options });
  const mailTo = (to, subject, nth = 1) => waitFor(`mail ${nth} to ${to}: ${subject}`, () =>
    stack.mails().filter((mail) => mail.to === to && mail.subject === subject)[nth - 1]);
  const codeOf = (mail) => /番号: (\d{8})\n/.exec(mail.text.replaceAll('\r\n', '\n'))[1];
  const begin = (expect) => stack.shikaku('mail',
    ['login', '--facility', FACILITY.code, '--id', account.login_id], { input: `${account.password}\n`, expect });
  const passcode = (text, expect) => stack.shikaku('mail', ['mfa'], { input: `${text}\n`, expect });

  before(async () => {
    await stack.startPki();
    await stack.startOcsp();
    await stack.startStore();
    await stack.startMail();
    await stack.startService();
    await journey.register();
  }, { timeout: 120000 });
  after(() => stack.stop(), { timeout: 60000 });

  it('is opened by two operators, neither with a password younger than a day', async () => {
    const [made] = await stack.admin(['operator', 'add', '--name', SECOND.name]);
    await run(program('server/admin/shikaku-admin'),
      ['--config', stack.settingsFile, '--operator', SECOND.name, '--operator-password-fd', '0', '--new-password-fd', '0',
        'operator', 'password'], { input: `${made.password}\n${SECOND.password}\n`, expect: 0 });
    await stack.admin(['facility', 'mail', '--facility', FACILITY.code, '--mail', ADDRESS]);
    const ask = ['account', 'add', '--facility', FACILITY.code, '--kind', 'mail'];
    await adminAs(OPERATOR, ask, { expect: 6 });
    await sql('UPDATE account SET password_ms = password_ms - 86400000 WHERE kind = 5'); // a day later
    const asked = JSON.parse((await adminAs(OPERATOR, ask)).stdout);
    assert.match(asked.login_id, /^M\d{7}$/);
    assert.equal(asked.password, undefined);
    await adminAs(OPERATOR, ['account', 'approve', '--login-id', asked.login_id], { expect: 6 });
    account = JSON.parse((await adminAs(SECOND, ['account', 'approve', '--login-id', asked.login_id])).stdout);
    assert.equal(account.password.length, 16);
    const told = await mailTo(ADDRESS, '臨時アカウントを開設しました');
    assert.ok(told.text.includes(account.login_id));
    assert.match(told.head, /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0900$/m);
  });

  it('asks for the eight digits of a mail', async () => {
    const { stderr } = await begin();
    assert.ok(stderr.includes('メールに届いた8桁'), stderr);
    code = codeOf(await mailTo(ADDRESS, 'ログインの番号（パスコード）'));
    const early = await passcode('123456');
    assert.notEqual(early.code, 0); // six digits are not sent at all
    const { stderr: welcome } = await passcode(code, 0);
    assert.ok(welcome.includes(FACILITY.name), welcome);
    const told = await mailTo(ADDRESS, '臨時アカウントでログインがありました');
    assert.ok(!told.text.includes(code));
  });

  it('counts and downloads, and registers no 照会番号', async () => {
    await stack.shikaku('mail', ['count', ...journey.period], { expect: 0 });
    await stack.shikaku('mail', ['download', ...journey.period], { expect: 0 });
    const { stderr } = await stack.shikaku('mail', ['reference', '0'.repeat(32), '123'], { expect: 6 });
    assert.ok(stderr.includes('臨時アカウントでは、照会番号の登録'), stderr);
  });

  it('keeps no code behind, in no store and no log', async () => {
    await waitFor('an empty outbox', async () => (await sql('SELECT count(*) FROM outbox')).stdout.trim() === '[(0,)]');
    await stack.shikaku('mail', ['logout'], { expect: 0 });
    const log = fs.readFileSync(stack.log('shikakud'), 'utf8');
    assert.ok(log.includes('mail_sent'));
    for (const secret of [code, ADDRESS, account.password, account.login_id]) assert.ok(!log.includes(secret));
    assert.ok(!fs.readFileSync(stack.storeTarget).includes(ADDRESS));
  });

  it('waits for a mail server that is down, and outlives a restart of the service', async () => {
    await stack.stopMail();
    await begin();
    await waitFor('a try', () => fs.readFileSync(stack.log('shikakud'), 'utf8').includes('mail_put_off'));
    await stack.restartService();
    await stack.startMail();
    const again = codeOf(await mailTo(ADDRESS, 'ログインの番号（パスコード）', 2));
    assert.notEqual(again, code);
    await passcode(again, 0);
  });

  it('tells each operator of a burst of failures within a minute', async () => {
    const begun = Date.now();
    for (let i = 0; i < 6; i++) {
      const reply = await stack.json('POST', '/v1/login', {
        facility_code: FACILITY.code, login_id: `WA999000${i}`, password: 'x',
        client: { vendor: '試験', product: '試験', version: '1' },
      });
      assert.equal(reply.status, 401);
    }
    for (const operator of ['kanri@example.jp', 'tantou@example.jp']) {
      const mail = await waitFor(`the alarm to ${operator}`, () =>
        stack.mails().find((one) => one.to === operator && one.subject.startsWith('【警告】')), { timeout_ms: 60000 });
      assert.ok(mail.text.includes('login_failures'));
    }
    assert.ok(Date.now() - begun < 60000);
    assert.match(fs.readFileSync(stack.log('shikakud'), 'utf8'), /alarm=login_failures facility=0 account=0 n=\d+ /);
  });
});
