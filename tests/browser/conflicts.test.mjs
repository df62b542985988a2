// SPDX-License-Identifier: Apache-2.0
// 照会番号の食い違い: the list says which numbers the service did not take, and somebody says which count.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test, { after, before } from 'node:test';
import { program } from '../journeys/process.mjs';
import { accessible, browserStart, until, windowOpen } from './browser.mjs';
import { Station, unlock } from './station.mjs';

let browser, station, window;
before(async () => {
  browser = await browserStart();
  station = await Station.start({ prepare: (home) => execFileSync(program('tests/browser/fill'), [home, 'conflict']) });
  window = await windowOpen(browser, station.open);
  await unlock(window.page);
});
after(async () => { await window?.close(); await station?.stop(); await browser.close(); });

const box = (page) => page.locator('.box.attention', { hasText: '照会番号の食い違い' });
const waiting = (page, count) => until(page, `document.querySelectorAll('li.conflict').length === ${count}`);
const decide = async (page, person, choice) => {
  await page.locator('li.conflict', { hasText: person }).getByRole('button', { name: '見て決める' }).click();
  await page.getByRole('heading', { name: 'どちらの照会番号にしますか' }).waitFor();
  await accessible(page);
  await page.locator('dialog').getByRole('button', { name: choice }).click();
};

test('numbers that the service did not take are settled one by one', async () => {
  const { page, sight } = window;
  await box(page).waitFor();
  await accessible(page);
  await waiting(page, 3);
  await decide(page, '佐々木', 'あとで');
  await waiting(page, 3);
  await decide(page, '佐々木', 'サービスの番号 77 にする');
  await waiting(page, 2);
  // 3 is another chart's here: it is shown, not taken.
  await decide(page, '●田', '番号 3 のカルテを見る');
  await page.locator('.person', { hasText: '山本' }).waitFor();
  await page.evaluate(() => { globalThis.location.hash = '#/results'; });
  await waiting(page, 2);
  await decide(page, '●田', 'この番号 2 に置きかえる');
  await waiting(page, 1);
  await decide(page, '山本', '次の空いている番号にする');
  await waiting(page, 0);
  assert.equal(await box(page).count(), 0);
  await page.evaluate(() => { globalThis.location.hash = '#/chart/1'; });
  await page.locator('.person', { hasText: '照会番号 77' }).or(page.getByText('77', { exact: true })).first().waitFor();
  sight.clean();
});
