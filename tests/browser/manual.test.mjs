// SPDX-License-Identifier: Apache-2.0
// F1: the manual at what is shown, from the program itself, locked or not.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { accessible, browserStart, until, windowOpen } from './browser.mjs';
import { PASSWORD, Station, unlock } from './station.mjs';

let browser;
before(async () => { browser = await browserStart(); });
after(async () => { await browser.close(); });

/** A station and its window, which end with the test however it ends. */
async function desk(t, options) {
  const station = await Station.start(options);
  t.after(() => station.stop());
  const window = await windowOpen(browser, station.open);
  t.after(() => window.close());
  return window;
}

/** Press F1; the manual's window, at the chapter of that name. */
async function help(window, place) {
  const opening = window.context.pages().length === 1 ? window.context.waitForEvent('page') : Promise.resolve(window.context.pages()[1]);
  await window.page.bringToFront();
  await window.page.keyboard.press('F1');
  const manual = await opening;
  await until(manual, `location.hash === '#${place}' && document.readyState === 'complete'`);
  assert.equal(await manual.title(), '資格ワークステーションの手引き');
  await until(manual, `Math.abs(document.getElementById('${place}').getBoundingClientRect().top) < innerHeight`);
  return manual;
}

test('F1 leads from each place to its chapter, in one window, and nothing is lost behind it', async (t) => {
  const window = await desk(t);
  await window.page.getByLabel('パスワード').fill(PASSWORD.slice(0, 4));
  const manual = await help(window, 'lock');
  assert.match(await manual.locator('.version').first().innerText(), /^版 \d+\.\d+\.\d+$/);
  assert.equal(await window.page.getByLabel('パスワード').inputValue(), PASSWORD.slice(0, 4));
  await accessible(manual);
  await unlock(window.page);
  await help(window, 'results');
  await window.page.keyboard.press('Alt+4');
  await window.page.waitForSelector('.screen.month');
  await help(window, 'month');
  assert.equal(window.context.pages().length, 2);
  window.sight.clean();
});

test('the first start has its chapter too, and what the screen may say stands in the manual', async (t) => {
  const window = await desk(t, { setup: true });
  const manual = await help(window, 'setup');
  const text = await manual.locator('main').innerText();
  for (const words of ['サービスにつながりません', '復旧用の紙', 'アンインストール']) assert.ok(text.includes(words), words);
  assert.equal(await manual.locator('script').count(), 0);
  window.sight.clean();
});
