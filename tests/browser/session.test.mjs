// SPDX-License-Identifier: Apache-2.0
// Additions 1 to 6 as somebody at the desk meets them, over a real service: ログイン, パスコード, the
// request, the number of results, the download, results as they come; two facilities on one PC; a
// service that goes away and comes back. One desk, in the order of a day.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { accessible, browserStart, windowOpen } from './browser.mjs';
import { Hands } from './desk.mjs';
import { Station, unlock } from './station.mjs';
import { SEKKOTSU, SHINKYU, World } from './world.mjs';

// journey_receive holds the second, by the middle of its taps; a single one is what the machine lets it be.
const SOON_MS = 10000;

describe('a day at the desk', { concurrency: false }, () => {
  let browser, world, station, page, sight, hands;

  before(async () => {
    world = await World.start();
    browser = await browserStart();
    station = await Station.start({ service: world.stack.url, ca: world.stack.caFile });
    ({ page, sight } = await windowOpen(browser, station.open));
    hands = new Hands(page);
    await unlock(page);
  }, { timeout: 120000 });
  after(async () => {
    await browser?.close();
    await station?.stop();
    await world?.stop();
  }, { timeout: 60000 });

  const fullWidth = (digits) => digits.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xFEE0));

  it('says that nobody has logged in, and leads there', async () => {
    await hands.told('ログインしていません');
    await hands.bar.getByRole('button', { name: 'ログイン' }).click();
    await page.getByRole('heading', { name: '1 ログイン' }).waitFor();
    await accessible(page);
  });

  it('tells a wrong password without keeping it', async () => {
    await hands.knock({ login_id: 'ＷＡ０００００９９', password: 'wrong wrong wrong' });
    await hands.refused('ログインできませんでした');
    assert.equal((await hands.session()).phase, 'out');
  });

  it('takes the password, a wrong passcode, and then the right one in full-width digits', async () => {
    const { receipt } = world.here;
    await hands.knock(receipt);
    await page.getByRole('heading', { name: '2 パスコード' }).waitFor();
    await accessible(page);
    await hands.give('12345');
    await hands.seen('認証アプリに出ている6桁の数字を入れてください');
    await hands.give('000000');
    await hands.refused(/パスコード|番号/);
    // No second password: the courier still has it.
    await hands.give(fullWidth(await world.passcode(receipt)));
    await hands.told('接続中');
    await page.locator('dialog').waitFor({ state: 'detached' });
    assert.equal((await hands.session()).device, true);
  });

  it('says what to do when there is nothing', async () => {
    await hands.go('request');
    await page.getByLabel('自動で受け取る').uncheck();
    await page.getByText('前回から').click();
    await accessible(page);
    await page.keyboard.press('F5');
    await page.getByRole('heading', { name: '0件です' }).waitFor();
    await hands.seen('「自動で受け取る」を入れておけば');
    await accessible(page);
    await page.keyboard.press('Enter');
  });

  it('takes F5 on any screen for the same wish', async () => {
    await hands.go('settings');
    await page.getByRole('heading', { name: 'ダウンロード' }).waitFor({ state: 'detached' });
    await page.keyboard.press('F5');
    await page.getByRole('heading', { name: '0件です' }).waitFor();
    await page.keyboard.press('Escape');
    assert.match(page.url(), /#\/request$/);
  });

  it('counts first, asks, receives, and tells what came of it', async () => {
    const { report_ms } = await hands.session();
    for (const card of ['person-1', 'person-2', 'person-3']) await world.tap(world.here, card);
    await page.getByText('今日', { exact: true }).click();
    await page.keyboard.press('F5');
    await page.getByRole('heading', { name: '3件あります（うち照会番号なし 3件）。受け取りますか？' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal((await hands.session()).report_ms, report_ms); // only counted
    await page.keyboard.press('F5');
    await page.getByRole('button', { name: '受け取る', exact: true }).click();
    await page.getByRole('heading', { name: '3件を受け取りました' }).waitFor();
    await hands.seen('＋ 新しいカルテ');
    await accessible(page);
  });

  it('gives nothing twice', async () => {
    await page.keyboard.press('F5');
    await page.getByText('このうち 3件は、もう受け取っています').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '新しい結果はありませんでした' }).waitFor();
    await hands.seen('受け取り済み 3件');
  });

  it('refuses a period that is gone, at its field, and keeps what was typed', async () => {
    await page.getByText('期間を指定').click();
    await page.getByLabel('はじめの日').fill('R7.4.1');
    await page.getByLabel('おわりの日').fill('20250430');
    await page.keyboard.press('F5');
    await page.locator('.field-error:visible', { hasText: 'もう受け取れません' }).waitFor();
    assert.equal(await page.getByLabel('はじめの日').inputValue(), 'R7.4.1');
    await accessible(page);
  });

  it('receives as they come, by itself', async () => {
    await page.getByLabel('自動で受け取る').check();
    await hands.when('it waits at the service', (state) => state.automatic && !state.busy && !state.receiving);
    await world.tap(world.here, 'person-4');
    await hands.received(4, { timeout_ms: SOON_MS });
    await hands.when('what came of it', (state) => state.report.charts_new === 1);
  });

  it('keeps two facilities apart', async () => {
    await hands.choose(SHINKYU.code);
    await hands.told('ログインしていません');
    assert.equal((await hands.session()).login_id, '');
    await world.tap(world.there, 'person-2');
    await hands.go('login');
    await hands.login(world, world.there.receipt);
    await hands.when('the other facility\'s result', (state) => state.report?.charts_new === 1);
    const there = await hands.session();
    await hands.choose(SEKKOTSU.code);
    await hands.told('接続中');
    const here = await hands.session();
    assert.equal(here.login_id, world.here.receipt.login_id);
    assert.equal(there.login_id, world.there.receipt.login_id);
    assert.equal(here.report.charts_new, 1);
    assert.notEqual(here.report_ms, there.report_ms);
  });

  it('shows the age of what it has while the service is away, and takes up what came when it is back', async () => {
    await hands.go('request');
    await world.stack.service.stop('SIGQUIT');
    await hands.told('つながっていません', { timeout: 120000 }); // a call may wait half a minute first
    await hands.seen('いま見えているのは');
    await accessible(page);
    sight.forgive(/nothing/);
    await world.stack.restartService();
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await hands.told('接続中', { timeout: 120000 });
    await world.tap(world.here, 'person-6');
    await hands.received(5);
  });

  it('ends at the twelfth hour, asks again, and loses nothing that was typed', async () => {
    await hands.go('request');
    await page.getByText('期間を指定').click();
    await page.getByLabel('はじめの日').fill('R8.11.3');
    await station.advance(12 * 60 * 60 * 1000);
    await unlock(page); // nobody sat there for twelve hours
    await hands.told('ログインが切れました');
    assert.equal(await page.getByLabel('はじめの日').inputValue(), 'R8.11.3');
    await hands.bar.getByRole('button', { name: 'ログイン' }).click();
    assert.equal(await page.getByLabel('ログインID').inputValue(), world.here.receipt.login_id);
    await page.keyboard.press('Escape');
    assert.equal(await page.getByLabel('はじめの日').inputValue(), 'R8.11.3');
  });

  it('did nothing that a page of ours may not do', () => sight.clean());
});
