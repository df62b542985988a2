// SPDX-License-Identifier: Apache-2.0
// Additions 1 and 2, ログイン and パスコード, on the program itself over a real service: the first day
// of a facility from the wizard to 接続中; each way in that is barred, with the words that the page
// has for it; the device; a temporary account with a real SMTP server; two facilities on one PC.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { program, run, waitFor } from '../journeys/process.mjs';
import { OPERATOR } from '../journeys/stack.mjs';
import { passcode } from '../journeys/totp.mjs';
import { accessible, browserStart, pageFault, patienceEnd, until } from './browser.mjs';
import { Desk, DESK_PASSWORD, DESK_STAFF, sit } from './desk.mjs';
import { SEKKOTSU, SHINKYU, World } from './world.mjs';

const NEXT = 'kaede no aru niwa';
const PASSCODE_REFUSED = 'パスコード（6桁の数字）を確認できませんでした';
const WRONG_MAX = 10;

describe('the way in', { concurrency: false }, () => {
  let browser, world, desk, page, sight, hands, close, account;
  const heading = (name) => page.getByRole('heading', { name }).waitFor();

  async function sitDown() { ({ page, sight, hands, close } = await sit(browser, desk)); }
  async function logout() {
    await hands.go('login');
    await hands.button('ログアウト').click();
    await hands.told('ログインしていません');
  }

  before(async () => {
    // One after the other the wrong ones come: it is the account's lock that is looked at here.
    world = await World.start({ mail: true, limits: { login_burst: 1000, login_per_minute: 1000 } });
    account = await world.journey.account(SEKKOTSU, 'WA', { keep: false });
    browser = await browserStart();
    desk = await Desk.start({ ca: world.stack.caFile });
    await sitDown();
  }, { timeout: 180000 });
  after(async () => {
    await browser?.close();
    await desk?.stop();
    await world?.stop();
  }, { timeout: 60000 });

  it('leads from the first start to the login', async () => {
    await hands.setUp({ ...SEKKOTSU, service: world.stack.url });
    await hands.button('サービスにログインする').click();
    await heading('1 ログイン');
    await hands.told('ログインしていません');
  });

  it('does not say which of the three was wrong, and keeps no password', async () => {
    for (const wrong of [{ password: 'wrong wrong wrong' }, { login_id: 'WA0999999' }]) {
      await hands.knock({ ...account, ...wrong });
      await hands.refused('ログインできませんでした');
      await hands.refused('医療機関等コード、ログインID、パスワードを確かめて');
    }
    assert.equal((await hands.session()).phase, 'out');
    assert.equal((await hands.session()).login_id, '');
  });

  it('takes no passcode before there is an authenticator, and says what helps', async () => {
    await hands.knock(account);
    await heading('2 パスコード');
    await hands.give('123456');
    await hands.refused(PASSCODE_REFUSED); // no cause: this PC is no registered device yet
    await page.getByText('番号が通らないとき').click();
    await hands.seen('スマートフォンの時計が合っているか');
    await accessible(page);
  });

  it('takes the passcode of the enrolled authenticator, and asks for a password of one\'s own', async () => {
    await world.enrol(account);
    await hands.give(await passcode(account.secret, -10)); // of five minutes ago: refused like any other
    await hands.refused(PASSCODE_REFUSED);
    await hands.refused('ログインIDとパスワードは入れ直さなくて構いません');
    await hands.give(await world.passcode(account));
    await heading('新しいパスワードを決める');
    await hands.told('パスワードの変更が必要');
    await accessible(page);
  });

  it('refuses a new password that is too short or typed differently, at its field', async () => {
    const change = async (present, next, again) => {
      for (const [label, text] of [['いまのパスワード', present], ['新しいパスワード必須', next], ['新しいパスワード（もう一度）', again]]) await page.getByLabel(label).fill(text);
      await hands.button('パスワードを変える').click();
    };
    await change(account.password, NEXT, 'kaede no aru yama');
    await page.locator('.field-error:visible', { hasText: '2つのパスワードが違います' }).waitFor();
    await change(account.password, 'mijikai', 'mijikai');
    await hands.problem.waitFor();
    assert.equal((await hands.session()).phase, 'password');
    await change(account.password, NEXT, NEXT);
    await hands.told('接続中');
    account.issued = account.password;
    account.password = NEXT;
  });

  it('shows whose session it is and when it ends; the issued password is over', async () => {
    await hands.go('login');
    await page.locator('dd', { hasText: SEKKOTSU.name }).waitFor();
    await page.locator('dd', { hasText: '入力中の内容はなくなりません' }).waitFor();
    await logout();
    await hands.knock({ ...account, password: account.issued });
    await hands.refused('ログインできませんでした');
  });

  describe('on a registered device', () => {
    let other;

    before(async () => {
      other = await world.account(); // a fresh authenticator: its next code is there at once
      await hands.go('login');
      await hands.login(world, other);
      await hands.when('the device', (state) => state.device);
      await logout();
    });

    async function usedCodeIsTold(there) {
      await there.give(await passcode(other.secret, 0, other.spent * 30000));
      await there.refused('このパスコードは、もう使われています');
      await there.refused('番号が次に変わるのを待って');
    }

    it('tells a code that was used', async () => {
      await hands.knock(other);
      await heading('2 パスコード');
      await usedCodeIsTold(hands);
    });

    it('would notice a page that says nothing of it (control)', async () => {
      const faulty = await sit(browser, desk, { prepare: pageFault({ file: 'workstation/screens/login.js',
        from: 'throw reworded(problem, isMail);', to: '' }) });
      patienceEnd(faulty.page);
      await faulty.hands.go('login');
      await assert.rejects(usedCodeIsTold(faulty.hands), /もう使われています/);
      await faulty.close();
    });

    it('tells a clock that is off', async () => {
      await hands.give(await passcode(other.secret, 6));
      await hands.refused('パスコードが、いまの時刻のものではありません');
      await accessible(page);
    });

    it('takes no code of the phone that was replaced, and takes the new one\'s', async () => {
      const old = other.secret;
      await world.enrol(other);
      await hands.give(await passcode(old, 1));
      await hands.refused(PASSCODE_REFUSED);
      await page.getByText('番号が通らないとき').click();
      await hands.seen('スマートフォンを替えた・認証アプリを消したときは');
      await hands.give(await world.passcode(other));
      await hands.told('接続中');
      await logout();
    });

    it('says how long to wait after ten wrong passwords, also for the right one', async () => {
      for (let i = 0; i < WRONG_MAX; i++) {
        await hands.knock({ ...other, password: `wrong number ${i}` });
        await hands.refused(/ログインできませんでした|いまはログインできません/);
      }
      await hands.knock(other);
      await hands.refused('間違いが続いたため、いまはログインできません');
      await hands.refused('待ってから、もう一度ログインしてください');
      await accessible(page);
      await world.stack.admin(['account', 'unlock', '--login-id', other.login_id]);
      await hands.knock(other);
      await heading('2 パスコード');
      await hands.button('ログインIDから入れ直す').click();
      await heading('1 ログイン');
    });
  });

  describe('with a temporary account', () => {
    const SECOND = { name: 'suzuki', password: 'natsu no yoru no ame' };
    const ADDRESS = 'uketsuke@clinic.example';
    let mail;

    const codes = () => world.stack.mails().filter((one) => one.to === ADDRESS && one.subject === 'ログインの番号（パスコード）')
      .map((one) => /番号: (\d{8})\n/.exec(one.text.replaceAll('\r\n', '\n'))[1]);
    const code = (nth) => waitFor(`mail ${nth}`, () => codes()[nth - 1], { timeout_ms: 30000 });
    const adminAs = (who, args) => run(program('server/admin/shikaku-admin'),
      ['--config', world.stack.settingsFile, '--operator', who.name, '--reason', '試験', '--operator-password-fd', '0', ...args],
      { input: `${who.password}\n`, expect: 0 }).then(({ stdout }) => JSON.parse(stdout));

    before(async () => {
      const { stack } = world;
      const [made] = await stack.admin(['operator', 'add', '--name', SECOND.name]);
      await run(program('server/admin/shikaku-admin'),
        ['--config', stack.settingsFile, '--operator', SECOND.name, '--operator-password-fd', '0', '--new-password-fd', '0', 'operator', 'password'],
        { input: `${made.password}\n${SECOND.password}\n`, expect: 0 });
      await stack.admin(['facility', 'mail', '--facility', SEKKOTSU.code, '--mail', ADDRESS]);
      // Neither operator may have a password younger than a day.
      await run('/usr/bin/python3', ['-c', 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=10); db.execute(sys.argv[2]); db.commit()',
        stack.storeTarget, 'UPDATE account SET password_ms = password_ms - 86400000 WHERE kind = 5'], { expect: 0 });
      const asked = await adminAs(OPERATOR, ['account', 'add', '--facility', SEKKOTSU.code, '--kind', 'mail']);
      mail = await adminAs(SECOND, ['account', 'approve', '--login-id', asked.login_id]);
    });

    it('asks for the eight digits of a mail, not for six', async () => {
      await hands.knock(mail);
      await page.getByLabel('メールに書かれた8桁の番号').waitFor();
      await hands.seen('施設のメールアドレスに番号を送りました');
      await accessible(page);
      const first = await code(1);
      await hands.give(first.slice(0, 6));
      await page.locator('.field-error:visible', { hasText: 'メールに書かれた8桁の数字を入れてください' }).waitFor();
    });

    it('sends another when somebody asks, and the first is then over', async () => {
      const first = await code(1);
      await page.getByText('メールが届かないとき').click();
      await hands.button('番号をもう一度メールで送る').click();
      const second = await code(2);
      await hands.give(first);
      await hands.problem.waitFor();
      // One try for one mail.
      if (!await page.getByText('メールが届かないとき').evaluate((node) => node.parentElement.open)) await page.getByText('メールが届かないとき').click();
      await hands.button('番号をもう一度メールで送る').click();
      const third = await code(3);
      assert.equal(new Set([first, second, third]).size, 3);
      await hands.give(third);
      await hands.told('接続中');
      await logout();
    });
  });

  it('keeps two facilities of one PC apart', async () => {
    assert.deepEqual(sight.faults, []);
    await close();
    await desk.quit();
    await run(program('workstation/shikaku-workstation'), ['init', '--home', desk.home, '--facility', SHINKYU.code, '--name', DESK_STAFF],
      { input: `${DESK_PASSWORD}\n`, expect: 0 });
    await desk.start();
    await sitDown();
    await hands.unlock();
    const here = await world.account(SEKKOTSU);
    const there = await world.account(SHINKYU);
    await hands.choose(SEKKOTSU.code);
    await hands.go('login');
    await hands.login(world, here);
    await hands.choose(SHINKYU.code);
    assert.notEqual((await hands.session()).login_id, here.login_id);
    await hands.go('login');
    if (await page.getByLabel('サービスのアドレス').count()) await page.getByLabel('サービスのアドレス').fill(world.stack.url);
    await hands.login(world, there);
    await world.tap(world.here, 'person-1');
    await world.tap(world.there, 'person-2');
    const held = async (code) => {
      await hands.choose(code);
      await hands.received(1);
      return { name: (await hands.results()).map((one) => one.name), login_id: (await hands.session()).login_id };
    };
    const name = (person) => world.journey.persons[person].qualifications[0].Name;
    assert.deepEqual(await held(SEKKOTSU.code), { name: [name(0)], login_id: here.login_id });
    assert.deepEqual(await held(SHINKYU.code), { name: [name(1)], login_id: there.login_id });
    sight.clean();
  });

  it('would notice a page that asks for one facility and shows another (control)', async () => {
    const faulty = await sit(browser, desk, { prepare: pageFault({ file: 'workstation/api.js',
      from: '{ facility: asked, with: body }', to: `{ facility: '${SEKKOTSU.code}', with: body }` }) });
    await faulty.hands.choose(SEKKOTSU.code);
    const { login_id: here } = await faulty.hands.session();
    await faulty.hands.choose(SHINKYU.code);
    assert.equal((await faulty.hands.session()).login_id, here); // where the journey asks that it is not
    await faulty.close();
  });

  describe('when the service admits registered PCs only', () => {
    let second, person, other;

    before(async () => {
      world.stack.more = '[clients]\nallow_bare = no\n';
      await world.stack.reconfigure();
      person = await world.account();
      second = await Desk.start({ ca: world.stack.caFile });
    }, { timeout: 60000 });
    after(() => second?.stop());

    it('registers the first PC by itself, and asks for a code at the second', async () => {
      await hands.choose(SEKKOTSU.code);
      await hands.call('session_logout');
      await hands.go('login');
      await hands.login(world, person);
      assert.equal((await hands.session()).device, true);
      await world.enrol(person); // another code for the second PC, without waiting half a minute

      const there = await sit(browser, second);
      await there.hands.setUp({ ...SEKKOTSU, service: world.stack.url });
      await there.hands.button('サービスにログインする').click();
      await there.hands.knock(person);
      await there.page.getByRole('heading', { name: '2 パスコード' }).waitFor();
      await there.hands.give(await world.passcode(person));
      await there.page.getByRole('heading', { name: 'このPCを登録する' }).waitFor();
      await there.hands.told('このPCの登録が必要');
      await accessible(there.page);
      await there.hands.button('このPCを登録する').click();
      await there.hands.refused('2台目からのパソコンの登録には、アクティベーションコードが必要です');
      const [{ code }] = await world.stack.admin(['activation', 'issue', '--login-id', person.login_id]);
      await there.page.getByLabel('アクティベーションコード').fill(code.replace(/[0-9A-Z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xFEE0)));
      await there.page.getByLabel('このPCの呼び名').fill('２階');
      await there.hands.button('このPCを登録する').click();
      await there.hands.told('接続中');
      const devices = await world.stack.admin(['device', 'list', '--login-id', person.login_id]);
      assert.deepEqual(devices.map((one) => one.name).filter((name) => name === '２階'), ['２階']);
      other = there;
    });

    it('shows both PCs, and the one that is taken off is out', async () => {
      const { hands: theirs, page: screen } = other;
      await theirs.go('settings', 'devices');
      const rows = screen.locator('.entries > *');
      await rows.nth(1).waitFor();
      assert.equal(await rows.count(), 2);
      assert.equal(await rows.filter({ hasText: 'このPC' }).filter({ hasText: '２階' }).count(), 1);
      await accessible(screen);
      await rows.filter({ hasNotText: '２階' }).getByRole('button', { name: /登録を外す/ }).click();
      await theirs.dialog.getByText('二度とこの登録では使えません').waitFor();
      await theirs.dialog.getByRole('button', { name: '外す' }).click();
      await until(screen, "document.querySelectorAll('.entries > *').length === 1");
    });

    it('tells who used the account, from where, and that it was refused elsewhere', async () => {
      const { hands: theirs, page: screen } = other;
      await theirs.go('settings', 'history');
      const lines = screen.locator('.history-list tbody tr');
      await lines.filter({ hasText: 'PCの登録を外す' }).filter({ hasText: '２階' }).first().waitFor();
      assert.ok(await lines.filter({ hasText: 'パスコード' }).filter({ hasText: person.login_id }).count() >= 2);
      assert.ok(await lines.filter({ hasText: 'PCの登録' }).filter({ hasText: 'できませんでした' }).count() >= 1); // without a code
      await accessible(screen);
      other.sight.clean();
    });

    it('lets the PC that was taken off come back as a new one, by a code', async () => {
      // It is told as soon as it asks for something, and what comes stays at the service.
      await hands.call('receive_start', { choice: 'new', reference: 'any' });
      await hands.told('パスコード待ち');
      await world.enrol(person);
      await hands.go('login');
      await hands.give(await world.passcode(person));
      await page.getByRole('heading', { name: 'このPCを登録する' }).waitFor();
      await hands.button('このPCを登録する').click();
      await hands.refused('いちどログアウトして');
      await hands.button('ログアウト').click();
      await world.enrol(person);
      await hands.knock(person);
      await page.getByRole('heading', { name: '2 パスコード' }).waitFor();
      await hands.give(await world.passcode(person));
      await page.getByRole('heading', { name: 'このPCを登録する' }).waitFor();
      const [{ code }] = await world.stack.admin(['activation', 'issue', '--login-id', person.login_id]);
      await page.getByLabel('アクティベーションコード').fill(code);
      await hands.button('このPCを登録する').click();
      await hands.told('接続中');
      assert.equal((await hands.session()).device, true);
    });
  });
});
