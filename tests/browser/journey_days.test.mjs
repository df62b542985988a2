// SPDX-License-Identifier: Apache-2.0
// Addition 3 and the days without network, over a real service: the session is renewed unseen, ends
// after a sleep and at the twelfth hour without anything typed being lost; the list stands with its
// age while the service is away; three days before results disappear the desk says so. The program's
// clock is turned (station.c), the service's goes on as it does.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { run } from '../journeys/process.mjs';
import { accessible, browserStart, pageFault, windowOpen } from './browser.mjs';
import { Hands } from './desk.mjs';
import { Station, unlock } from './station.mjs';
import { SEKKOTSU, World } from './world.mjs';

const MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS, JST_MS = 9 * 60 * MINUTE_MS;
const TYPED = 'R8.11.3';

/** The first moment at which what was confirmed at ms can be received no more: after 翌月末, JST. */
function closes(ms) {
  const day = new Date(ms + JST_MS);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 2, 1) - JST_MS;
}

describe('hours and days', { concurrency: false }, () => {
  let browser, world, station, page, sight, hands;
  let ahead = 0, taps = 0;

  const account = () => world.here.receipt;
  const dayField = () => page.getByLabel('はじめの日');
  const tap = async (...numbers) => { for (const number of numbers) { await world.tap(world.here, `person-${number}`); taps++; } };
  const all = async () => (await hands.results()).length;
  /** Renewals of sessions that the service has seen. */
  const renewals = async () => (await world.stack.admin(['audit', 'list', '--facility', SEKKOTSU.code])).filter((one) => one.call === 'refresh' && one.outcome === 'ok').length;

  /** Time goes on for the program; somebody sits there, or nobody does and the page locks. */
  async function advance(ms) { ahead += ms; await station.advance(ms); }
  async function work(minutes) {
    for (let i = 0; i < minutes; i += 4) {
      await advance(4 * MINUTE_MS);
      await hands.call('alive');
    }
  }
  async function leave(ms) {
    await advance(ms);
    await unlock(page);
  }
  async function type() {
    await hands.go('request');
    await page.getByText('期間を指定', { exact: true }).click();
    await dayField().fill(TYPED);
  }
  const typed = async () => assert.equal(await dayField().inputValue(), TYPED);

  /** In again, over what is being typed; the code is that of a new phone, so nobody waits. */
  async function again(button) {
    await world.enrol(account());
    await hands.bar.getByRole('button', { name: button }).click();
    if (button === 'ログイン') await hands.knock(account());
    await page.locator('dialog').getByRole('heading', { name: '2 パスコード' }).waitFor();
    await hands.give(await world.passcode(account()));
    await hands.told('接続中');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }

  before(async () => {
    world = await World.start();
    browser = await browserStart();
    station = await Station.start({ service: world.stack.url, ca: world.stack.caFile });
    ({ page, sight } = await windowOpen(browser, station.open));
    hands = new Hands(page);
    await unlock(page);
    await hands.go('login');
    await hands.login(world, account());
    await tap(1);
    await hands.received(taps);
  }, { timeout: 180000 });
  after(async () => {
    await browser?.close();
    await station?.stop();
    await world?.stop();
  }, { timeout: 60000 });

  it('renews the session and nobody notices', async () => {
    await type();
    await page.evaluate(() => {
      window.said = new Set();
      new MutationObserver(() => window.said.add(document.querySelector('.bar .connection')?.textContent ?? ''))
        .observe(document.querySelector('.bar .connection'), { childList: true, subtree: true, characterData: true });
    });
    await hands.automatic(false); // else the library renews within its waiting call, by a clock of its own
    await hands.when('the switch', (state) => !state.automatic && !state.busy);
    const before = await renewals();
    await work(28);
    for (const end = Date.now() + 20000; await renewals() === before;) assert.ok(Date.now() < end, 'no renewal');
    assert.equal((await hands.session()).phase, 'in');
    await hands.automatic(true);
    await tap(2);
    await hands.received(taps);
    assert.deepEqual([...new Set(await page.evaluate(() => [...window.said].map((text) => text.trim()).filter(Boolean)))].filter((text) => text !== '●接続中' && text !== '● 接続中'), []);
    assert.equal(await page.locator('dialog[open]').count(), 0);
    await typed();
  });

  it('asks for the passcode only after a sleep, and loses nothing', async () => {
    await hands.automatic(false); // the library's own clock has not slept: only a renewal tells
    await hands.when('the switch', (state) => !state.automatic && !state.busy);
    // While the PC slept half an hour went by at the service, which ends such a session.
    await run('/usr/bin/python3', ['-c', 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=10); db.execute(sys.argv[2], sys.argv[3:]); db.commit()',
      world.stack.storeTarget, 'UPDATE session SET ended_ms = 1 WHERE account_no = (SELECT no FROM account WHERE login_id = ?)', account().login_id], { expect: 0 });
    await tap(3);
    await leave(40 * MINUTE_MS);
    await hands.told('パスコード待ち');
    await typed();
    await page.locator('header.bar').getByRole('button', { name: 'パスコードを入れる' }).click();
    await hands.seen('PCが休んでいた間に');
    await accessible(page);
    await page.keyboard.press('Escape');
    await again('パスコードを入れる');
    await typed();
    await hands.automatic(true);
    await hands.received(taps);
  });

  it('asks for the password at the twelfth hour, and loses nothing', async () => {
    await leave(12 * 60 * MINUTE_MS);
    await hands.told('ログインが切れました');
    await typed();
    await tap(4);
    assert.equal(await all(), taps - 1);
    await again('ログイン');
    await typed();
    await hands.received(taps);
  });

  it('goes on with what it has while the service is away, and says how old that is', async () => {
    await world.stack.service.stop('SIGQUIT');
    await hands.told('つながっていません', { timeout: 60000 });
    await hands.go('results');
    await page.locator('.box.warning', { hasText: 'いま見えているのは' }).waitFor();
    await page.locator('.headline').waitFor();
    assert.ok(await page.locator('tr[data-index]').count() >= 1);
    await leave(2 * DAY_MS);
    await page.locator('.box.warning', { hasText: '2日前' }).waitFor();
    await accessible(page);
    // The desk's own work goes on; what needs the service says why it cannot.
    await hands.go('chart', 1);
    await page.locator('.person').waitFor();
    await page.keyboard.press('F7');
    await page.getByLabel('メモ').fill('右肩\n左も少し');
    await hands.button('保存する').click();
    await page.locator('dd', { hasText: '右肩' }).waitFor();
    assert.equal(await page.locator('dd', { hasText: '右肩' }).innerText(), '右肩\n左も少し');
    await hands.go('login');
    await hands.knock(account());
    await hands.refused('サービスにつながりません');
    await hands.refused('インターネットのつながり');
    await hands.told('ログインが切れました');
    assert.equal(await all(), taps);
  });

  it('warns three days before results disappear, not four, and says so when they may be gone', async () => {
    const { received_ms: received } = await hands.session();
    const end = closes(received);
    const now = () => Date.now() + ahead;
    const box = page.locator('.box', { hasText: '受け取れなく' });
    await leave(end - 3 * DAY_MS - 60 * MINUTE_MS - now());
    await hands.go('results');
    await page.locator('.headline').waitFor();
    assert.equal((await hands.session()).overdue, undefined);
    assert.equal(await box.count(), 0);
    await leave(2 * 60 * MINUTE_MS);
    await page.locator('.box.attention', { hasText: 'まだ受け取っていない結果が、あと3日で受け取れなくなります' }).waitFor();
    await accessible(page);
    await leave(2 * DAY_MS);
    await page.locator('.box.attention', { hasText: '今日まで' }).waitFor();
    await leave(DAY_MS);
    await page.locator('.box.error', { hasText: '受け取れなくなった結果があるかもしれません' }).waitFor();
    await hands.seen('もう一度カードで確認してください');
  });

  it('would notice a page that begins its screen anew when the session moves (control)', async () => {
    const own = page;
    const faulty = await windowOpen(browser, station.open, { prepare: pageFault({ file: 'workstation/session.js',
      from: '  last = state;\n', to: "  last = state;\n  for (const one of document.querySelectorAll('.screen input')) one.value = '';\n" }) });
    [page, hands] = [faulty.page, new Hands(faulty.page)];
    await type();
    await Promise.all([page.waitForResponse('**/api/session'), station.event('session')]);
    const stays = async () => { for (let i = 0; i < 50; i++) await typed().then(() => page.waitForTimeout(20)); };
    await assert.rejects(stays, { code: 'ERR_ASSERTION' });
    await faulty.close();
    [page, hands] = [own, new Hands(own)];
  });

  it('did nothing that a page of ours may not do', () => {
    sight.forgive(/nothing/);
    sight.clean();
  });
});
