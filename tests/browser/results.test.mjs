// SPDX-License-Identifier: Apache-2.0
// 届いた結果 (seed table 1.4.2 no. 7) and 月初の確認, over a store with results of every kind: at a
// glance, by the keyboard alone, as they come, on paper.
import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';
import { accessible, answerHold, browserStart, pageFault, until, windowOpen } from './browser.mjs';
import { fill } from './fill.mjs';
import { Station, unlock } from './station.mjs';

// journey_receive holds the second, by the middle of its taps; a single one is what the machine lets it be.
const SOON_MS = 10000;
let browser;
const undo = [];
before(async () => { browser = await browserStart(); });
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

async function desk(...what) {
  const station = await Station.start({ prepare: (home) => what.length && fill(home, ...what) });
  undo.push(() => station.stop());
  const window = await windowOpen(browser, station.open);
  undo.push(() => window.close());
  await unlock(window.page);
  return { station, ...window };
}

const rows = (page) => page.locator('tr[data-index]');
const row = (page, text) => rows(page).filter({ hasText: text }).first();
const names = (page) => page.locator('tr[data-index] .c-name .two > span').allTextContents();
const focused = (page) => page.evaluate(() => document.activeElement.closest('tr')?.textContent ?? document.activeElement.tagName);

test('an empty list says what to do', async () => {
  const { page, sight } = await desk();
  await page.getByText('まだ結果が届いていません').waitFor();
  assert.ok(await page.locator('.empty button', { hasText: '受け取る' }).isVisible());
  await accessible(page);
  sight.clean();
});

test('what became of each result is a word and a shape; what is important needs no sideways scrolling', async () => {
  const { page, sight } = await desk('day');
  await row(page, '山本').waitFor();
  assert.match(await page.locator('.headline').textContent(), /今日 8件.*要確認 2件/);
  for (const [who, status] of [['小林', '●要判断'], ['鈴木', '●要判断'], ['山本', '✓反映済み'], ['●田', '◆保険が変更'], ['新井', '＋新しいカルテ'], ['田中', '✕無効']]) {
    assert.equal(await row(page, who).locator('.c-status').textContent(), status, who);
  }
  const text = await row(page, '●田').textContent();
  for (const part of ['今日 00:06', '暗証番号', 'ﾀｶﾀﾞ ﾊﾅｺ', '平3.11.20', '女', '全国健康保険協会 東京支部', '31415926 535 01', '有効']) assert.ok(text.includes(part), part);
  assert.ok(await page.evaluate(() => document.querySelector('.table-scroll').scrollWidth <= document.querySelector('.table-scroll').clientWidth));
  await accessible(page);
  sight.clean();
});

/** A PIN, and later a look at the face. */
const isOneLine = async (page) => assert.match(await row(page, '山本').textContent(), /この日 2回/);

test('control: a page on which nobody comes twice is found out', async () => {
  const { station } = await desk('day');
  const faulty = await windowOpen(browser, station.open, { prepare: pageFault({ file: 'workstation/lines.js', from: 'let line = lineOf(lines, row);', to: 'let line;' }) });
  undo.push(() => faulty.close());
  await row(faulty.page, '山本').waitFor();
  await assert.rejects(isOneLine(faulty.page), /この日 2回/);
});

test('a person who came twice on a day is one line that opens', async () => {
  const { page, sight } = await desk('day');
  await row(page, '山本').waitFor();
  const count = async () => Number(await page.locator('table').first().getAttribute('aria-rowcount'));
  const before = await count();
  await isOneLine(page);
  await row(page, '山本').focus();
  await page.keyboard.press('Home');
  while (!(await focused(page)).includes('山本')) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  assert.equal(await count(), before + 2);
  assert.deepEqual((await page.locator('tr.under .c-at').allTextContents()).map((one) => one.slice(0, 7)), ['└ 00:11', '└ 00:05']);
  await page.keyboard.press('ArrowLeft');
  assert.equal(await count(), before);
  sight.clean();
});

test('a new patient who comes by PIN and is then looked at is one line, though the second waits for a decision', async () => {
  const { page, sight } = await desk('repeats');
  await row(page, '新井').waitFor();
  assert.equal(await rows(page).count(), 2);
  assert.match(await row(page, '新井　ひかり').textContent(), /要判断.*この日 2回/);
  await row(page, '新井').focus();
  await page.keyboard.press('Home');
  while (!(await focused(page)).includes('ひかり')) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await page.locator('tr.under .c-at small').allTextContents(), ['目視', '暗証番号']);
  assert.equal(await rows(page).count(), 4);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await until(page, `/^#\\/decide\\/[0-9a-f]{32}$/.test(location.hash)`);
  sight.forgive(/./);
});

test('F2 searches, F5 asks for what is new, F8 prints; the hints stand on the buttons', async () => {
  const { page, sight } = await desk('day');
  await row(page, '山本').waitFor();
  for (const [text, key] of [['受け取る', 'F5'], ['印刷', 'F8']]) assert.equal(await page.getByRole('button', { name: text }).locator('kbd').first().textContent(), key);
  await page.evaluate(() => { window.print = () => { document.body.dataset.printed = 'yes'; }; });
  await page.keyboard.press('F8');
  await until(page, "document.body.dataset.printed === 'yes'");
  await page.keyboard.press('F2');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'search');
  await page.keyboard.press('F5');
  await until(page, "location.hash.startsWith('#/request')");
  sight.forgive(/./);
});

test('what is typed finds kana, names, numbers and days, however they are written', async () => {
  const { page, sight } = await desk('day');
  await row(page, '山本').waitFor();
  for (const [typed, who] of [['たかだ', '●田'], ['ﾔﾏﾓﾄ', '山本'], ['ヤマモト　タロウ', '山本'], ['みどり', '小林'], ['𠮷之助', '佐々木'], ['Ａ-17', '小林'], ['55555555', null], ['9120', '中村'], ['S55.3.2', '鈴木'], ['平成11年1月1日', '新井'], ['%', null]]) {
    await page.keyboard.press('F2');
    await page.keyboard.insertText(typed);
    if (who) await until(page, `[...document.querySelectorAll('tr[data-index]')].length && [...document.querySelectorAll('tr[data-index]')].every((tr) => tr.textContent.includes(${JSON.stringify(who)}))`);
    else await page.getByText('この条件に合う結果はありません').waitFor();
  }
  await page.getByRole('button', { name: '条件をすべて外す' }).click();
  await row(page, '佐々木').waitFor();
  await page.getByLabel('状態', { exact: true }).selectOption('asks');
  await until(page, `document.querySelectorAll('tr[data-index]').length === 2`);
  sight.clean();
});

test('it is sorted, gone through and opened by the keyboard', async () => {
  const { page, sight } = await desk('day');
  await row(page, '山本').waitFor();
  await page.getByRole('button', { name: '氏名・カナ' }).click();
  const shown = [...new Set(await names(page))];
  assert.deepEqual(shown.filter((one) => /新井|小林|佐々木|鈴木/.test(one)), ['新井　ひかり', '小林　みどり', '佐々木　𠮷之助', '鈴木　一郎'].filter((one) => shown.includes(one)));
  assert.equal(await page.locator('th[aria-sort="ascending"]').textContent(), '氏名・カナ ▲');
  await row(page, '新井').focus();
  await page.keyboard.press('Home');
  while (!(await focused(page)).includes('新井')) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await until(page, `/^#\\/chart\\/\\d+\\/[0-9a-f]{32}$/.test(location.hash)`);
  await page.goBack();
  await row(page, '鈴木').click();
  await until(page, `/^#\\/decide\\/[0-9a-f]{32}$/.test(location.hash)`);
  sight.forgive(/./); // the screens behind it have their own journeys
});

test('a new result comes by itself, and nobody loses their place', async () => {
  const { page, station, sight } = await desk('day');
  await row(page, '田中').waitFor();
  await row(page, '田中').focus();
  await page.keyboard.press('Home');
  while (!(await focused(page)).includes('田中')) await page.keyboard.press('ArrowDown');
  fill(station.home, 'tap');
  const from = Date.now();
  await station.event('results');
  await row(page, '岡田').waitFor();
  assert.ok(Date.now() - from < SOON_MS, `${Date.now() - from} ms`);
  assert.match(await page.locator('.headline').textContent(), /今日 9件/);
  assert.match(await focused(page), /田中/);
  sight.clean();
});

test('whoever is on a screen before its list has come stays where they are', async () => {
  const { page, sight } = await desk('day');
  for (const [screen, call, label] of [['month', 'monthly', '月'], ['patients', 'charts', 'しまったカルテも'], ['results', 'results', '検索 F2']]) {
    const letGo = await answerHold(page, call);
    const [held] = await Promise.all([page.waitForRequest(`**/api/${call}`), page.evaluate((id) => { window.location.hash = `#/${id}`; }, screen)]);
    const place = page.getByLabel(label, { exact: true });
    await place.focus();
    letGo();
    await (await held.response()).finished();
    for (let i = 0; i < 20; i++) {
      assert.ok(await place.evaluate((node) => node === document.activeElement), screen);
      await page.waitForTimeout(20);
    }
  }
  sight.clean();
});

test('thousands of rows are a screenful for the browser', async () => {
  const { page, sight } = await desk('many', 3000);
  await page.getByText('新しいほうから2000件を出しています').waitFor();
  assert.ok(await rows(page).count() < 40);
  assert.equal(await page.locator('table').getAttribute('aria-rowcount'), '2001');
  await rows(page).first().focus();
  await page.keyboard.press('End');
  await until(page, `document.activeElement.dataset.index === '1999'`);
  assert.ok(await rows(page).count() < 40);
  sight.clean();
});

test('月初の確認: who came last month and is not confirmed this month, also on paper', async () => {
  const { page, sight } = await desk('day');
  await page.keyboard.press('Alt+4');
  await page.getByText('まだ確認していない方').waitFor();
  // 山本 and ●田 came today; 鈴木 too, but nobody has said yet that it is he.
  assert.deepEqual((await names(page)).map((one) => one.split('　')[0]), ['鈴木', '佐々木', 'ヴァンデルハイデン', '田中', '中村']);
  assert.match(await row(page, '田中').textContent(), /無効/); // today's, which is no confirmation
  await accessible(page);
  await page.evaluate(() => { window.print = () => { window.printed = true; }; });
  await page.getByRole('button', { name: '印刷' }).click();
  assert.ok(await page.evaluate(() => window.printed));
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.paper tbody tr').count(), 5);
  assert.ok(await page.locator('.paper h1').isVisible());
  assert.ok(!await page.locator('.table').isVisible());
  assert.ok(!await page.locator('.rail').isVisible());
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  assert.equal(await page.locator('.paper tbody tr').count(), 0);
  sight.clean();
});

test('月初の確認 without anybody says that all is well', async () => {
  const { page, sight } = await desk();
  await page.keyboard.press('Alt+4');
  await page.getByText(/全員令和\d+年\d+月の確認がすんでいます/).waitFor();
  await accessible(page);
  sight.clean();
});
