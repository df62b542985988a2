// SPDX-License-Identifier: Apache-2.0
// Additions 1 to 6 as somebody at the desk meets them, over a real service: ログイン, パスコード, the
// request, the number of results, the download, results as they come; two facilities on one PC; a
// service that goes away and comes back. One desk, in the order of a day.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../journeys/process.mjs';
import { accessible, browserStart, windowOpen } from './browser.mjs';
import { Station, unlock } from './station.mjs';
import { SEKKOTSU, SHINKYU, World } from './world.mjs';

// journey_receive holds the second, by the middle of its taps; a single one is what the machine lets it be.
const SOON_MS = 10000;

describe('a day at the desk', { concurrency: false }, () => {
  let browser, world, station, page, sight;
  const bar = () => page.locator('header.bar');
  const go = (screen) => page.evaluate((id) => { window.location.hash = `#/${id}`; }, screen);
  const seen = (text) => page.getByText(text).first().waitFor();
  /** What the page's own program says of the facility that is shown. */
  const state = () => page.evaluate(async () => (await import('/api.js')).call('session'));

  before(async () => {
    world = await World.start();
    browser = await browserStart();
    station = await Station.start({ service: world.stack.url, ca: world.stack.caFile });
    ({ page, sight } = await windowOpen(browser, station.open));
    await unlock(page);
  }, { timeout: 120000 });
  after(async () => {
    await browser?.close();
    await station?.stop();
    await world?.stop();
  }, { timeout: 60000 });

  async function give(account) {
    await page.getByLabel('認証アプリの6桁の番号').fill((await world.passcode(account)).replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xFEE0)));
    await page.keyboard.press('Enter');
  }

  async function login(account) {
    await page.getByLabel('ログインID').fill(account.login_id);
    await page.getByLabel('パスワード').fill(account.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '2 パスコード' }).waitFor();
    await give(account);
  }

  it('says that nobody has logged in, and leads there', async () => {
    await bar().getByText('ログインしていません').waitFor();
    await bar().getByRole('button', { name: 'ログイン' }).click();
    await page.getByRole('heading', { name: '1 ログイン' }).waitFor();
    await accessible(page);
  });

  it('tells a wrong password without keeping it', async () => {
    await page.getByLabel('ログインID').fill('ＷＡ０００００９９');
    await page.getByLabel('パスワード').fill('wrong wrong wrong');
    await page.keyboard.press('Enter');
    await page.locator('.error-summary').getByText('ログインできませんでした').waitFor();
    assert.equal((await state()).phase, 'out');
  });

  it('takes the password, a wrong passcode, and then the right one in full-width digits', async () => {
    const { receipt } = world.here;
    await page.getByLabel('ログインID').fill(receipt.login_id);
    await page.getByLabel('パスワード').fill(receipt.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '2 パスコード' }).waitFor();
    await accessible(page);
    await page.getByLabel('認証アプリの6桁の番号').fill('12345');
    await page.keyboard.press('Enter');
    await seen('認証アプリに出ている6桁の数字を入れてください');
    await page.getByLabel('認証アプリの6桁の番号').fill('000000');
    await page.keyboard.press('Enter');
    await page.locator('.error-summary').getByText(/パスコード|番号/).first().waitFor();
    // No second password: the courier still has it.
    await give(receipt);
    await bar().getByText('接続中').waitFor();
    await page.locator('dialog').waitFor({ state: 'detached' });
    assert.equal((await state()).device, true);
  });

  it('says what to do when there is nothing', async () => {
    await go('request');
    await page.getByLabel('自動で受け取る').uncheck();
    await page.getByText('前回から').click();
    await accessible(page);
    await page.keyboard.press('F5');
    await page.getByRole('heading', { name: '0件です' }).waitFor();
    await seen('「自動で受け取る」を入れておけば');
    await accessible(page);
    await page.keyboard.press('Enter');
  });

  it('takes F5 on any screen for the same wish', async () => {
    await go('settings');
    await page.getByRole('heading', { name: 'ダウンロード' }).waitFor({ state: 'detached' });
    await page.keyboard.press('F5');
    await page.getByRole('heading', { name: '0件です' }).waitFor();
    await page.keyboard.press('Escape');
    assert.match(page.url(), /#\/request$/);
  });

  it('counts first, asks, receives, and tells what came of it', async () => {
    const { report_ms } = await state();
    for (const card of ['person-1', 'person-2', 'person-3']) await world.tap(world.here, card);
    await page.getByText('今日', { exact: true }).click();
    await page.keyboard.press('F5');
    await page.getByRole('heading', { name: '3件あります（うち照会番号なし 3件）。受け取りますか？' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal((await state()).report_ms, report_ms); // only counted
    await page.keyboard.press('F5');
    await page.getByRole('button', { name: '受け取る', exact: true }).click();
    await page.getByRole('heading', { name: '3件を受け取りました' }).waitFor();
    await seen('＋ 新しいカルテ');
    await accessible(page);
  });

  it('gives nothing twice', async () => {
    await page.keyboard.press('F5');
    await page.getByText('このうち 3件は、もう受け取っています').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '新しい結果はありませんでした' }).waitFor();
    await seen('受け取り済み 3件');
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
    await waitFor('the first receipt', async () => (await state()).received_ms > 0);
    await new Promise((done) => { setTimeout(done, 700); }); // it waits at the service now
    const before_ms = (await state()).report_ms;
    await world.tap(world.here, 'person-4');
    const tapped = performance.now();
    while ((await state()).report_ms === before_ms) assert.ok(performance.now() - tapped < SOON_MS);
    assert.equal((await state()).report.charts_new, 1);
  });

  it('keeps two facilities apart', async () => {
    await page.locator('.bar .facility select').selectOption(SHINKYU.code);
    await bar().getByText('ログインしていません').waitFor();
    assert.equal((await state()).login_id, '');
    await world.tap(world.there, 'person-2');
    await go('login');
    await login(world.there.receipt);
    await bar().getByText('接続中').waitFor();
    await waitFor('the other facility\'s result', async () => (await state()).report?.charts_new === 1);
    const there = await state();
    await page.locator('.bar .facility select').selectOption(SEKKOTSU.code);
    await bar().getByText('接続中').waitFor();
    const here = await state();
    assert.equal(here.login_id, world.here.receipt.login_id);
    assert.equal(there.login_id, world.there.receipt.login_id);
    assert.equal(here.report.charts_new, 1);
    assert.notEqual(here.report_ms, there.report_ms);
  });

  it('shows the age of what it has while the service is away, and takes up what came when it is back', async () => {
    await go('request');
    await world.stack.service.stop('SIGQUIT');
    await bar().getByText('つながっていません').waitFor({ timeout: 120000 }); // a call may wait half a minute first
    await seen('いま見えているのは');
    await accessible(page);
    sight.forgive(/nothing/);
    await world.stack.restartService();
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await bar().getByText('接続中').waitFor({ timeout: 120000 });
    const { report_ms } = await state();
    await world.tap(world.here, 'person-6');
    await waitFor('what came after', async () => (await state()).report_ms > report_ms);
  });

  it('ends at the twelfth hour, asks again, and loses nothing that was typed', async () => {
    await go('request');
    await page.getByText('期間を指定').click();
    await page.getByLabel('はじめの日').fill('R8.11.3');
    await station.advance(12 * 60 * 60 * 1000);
    await unlock(page); // nobody sat there for twelve hours
    await bar().getByText('ログインが切れました').waitFor();
    assert.equal(await page.getByLabel('はじめの日').inputValue(), 'R8.11.3');
    await bar().getByRole('button', { name: 'ログイン' }).click();
    assert.equal(await page.getByLabel('ログインID').inputValue(), world.here.receipt.login_id);
    await page.keyboard.press('Escape');
    assert.equal(await page.getByLabel('はじめの日').inputValue(), 'R8.11.3');
  });

  it('did nothing that a page of ours may not do', () => sight.clean());
});
