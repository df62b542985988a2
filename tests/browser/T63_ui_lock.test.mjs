// SPDX-License-Identifier: Apache-2.0
// T63 ui_lock: a desk that nobody sits at is covered after a minute and locked after five, by the
// page's clock (playwright's virtual one) and by the program's (station.c); what the page copied is
// taken out of the clipboard; nothing of a patient can be seen, read out or printed meanwhile, and
// everything typed is there again afterwards. Controls: pages with one planted fault (a module
// changed on its way) must fail the same bodies.
import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';
import { accessible, browserStart, pageFault, patienceEnd, until, windowOpen } from './browser.mjs';
import { PASSWORD, Station, unlock } from './station.mjs';

const PATIENT = '鈴木 一郎';
let browser;
const undo = [];
before(async () => { browser = await browserStart(); });
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

/** A desk with a patient on the screen, and something half typed; fault: {file, from, to}. */
async function desk(fault) {
  const station = await Station.start();
  undo.push(() => station.stop());
  const window = await windowOpen(browser, station.open, {
    clock: true, prepare: fault && pageFault(fault), context: { permissions: ['clipboard-read', 'clipboard-write'] },
  });
  undo.push(() => window.close());
  await unlock(window.page);
  await window.page.evaluate(async (patient) => {
    const { el, name } = await import('/common/dom.js');
    const { form, field } = await import('/common/fields.js');
    document.querySelector('.screen').replaceChildren(el('p', {}, name(patient)),
      form({ key: 'note', fields: [field({ name: 'note', label: 'メモ' })], submit: { text: '保存', run: async () => {} } }).node);
  }, PATIENT);
  await window.page.getByLabel('メモ').fill('左肩の痛み');
  return { station, ...window };
}

const pass = (page, ms) => page.clock.runFor(ms);

/** Can somebody who walks by, a screen reader, or paper get at the patient? */
async function exposed(page, text = PATIENT) {
  const sees = () => page.evaluate((patient) => [...document.querySelectorAll('body *')].some((one) =>
    one.childNodes.length && [...one.childNodes].some((child) => child.nodeType === 3 && child.data.includes(patient))
    && one.checkVisibility({ visibilityProperty: true, opacityProperty: true })), text);
  const screen = await sees();
  await page.emulateMedia({ media: 'print' });
  const paper = await sees();
  await page.emulateMedia({ media: null });
  return { screen, paper };
}
const HIDDEN = { screen: false, paper: false };
const SHOWN = { screen: true, paper: true };

const isLocked = (page) => page.getByRole('heading', { name: '画面ロック中' }).isVisible();
const lockedSoon = (page) => until(page, () => document.body.classList.contains('locked'));

async function maskBody({ page }) {
  await pass(page, 58 * 1000);
  assert.deepEqual(await exposed(page), SHOWN);
  await pass(page, 3000);
  assert.deepEqual(await exposed(page), HIDDEN);
  await accessible(page);
  assert.equal(await isLocked(page), false);
  await page.getByText('画面を隠しています').waitFor();
  await page.keyboard.press('x'); // uncovers, and is typed nowhere
  assert.deepEqual(await exposed(page), SHOWN);
  assert.equal(await page.getByLabel('メモ').inputValue(), '左肩の痛み');
}

async function lockBody({ page }) {
  await pass(page, 4 * 60 * 1000 + 58 * 1000);
  assert.equal(await isLocked(page), false);
  await pass(page, 3000);
  await lockedSoon(page);
  assert.deepEqual(await exposed(page), HIDDEN);
  assert.equal(await page.evaluate((patient) => document.documentElement.outerHTML.includes(patient), PATIENT), false);
  assert.equal(await page.title(), '画面ロック中 - 資格ワークステーション');
  await accessible(page);
  await unlock(page);
  assert.deepEqual(await exposed(page), SHOWN);
  assert.equal(await page.getByLabel('メモ').inputValue(), '左肩の痛み');
}

/** The program's clock alone: a browser that was stopped, or lies. */
async function programBody({ page, station }) {
  await station.advance(5 * 60 * 1000 - 10000);
  await new Promise((resolve) => { setTimeout(resolve, 600); });
  assert.equal(await isLocked(page), false);
  await station.advance(11000);
  await lockedSoon(page);
  const refused = await page.evaluate(() => fetch('/api/alive', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"with":{}}' })
    .then((reply) => reply.json()));
  assert.equal(refused.code, 'desk_locked');
}

async function workBody({ page, station }) {
  for (let minute = 0; minute < 12; minute++) {
    assert.equal(await isLocked(page), false);
    await page.getByLabel('メモ').press('End', { timeout: 3000 });
    await station.advance(50 * 1000);
    await pass(page, 50 * 1000);
  }
  assert.equal(await isLocked(page), false);
  assert.deepEqual(await exposed(page), SHOWN);
}

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
async function copy(page) {
  await page.locator('.screen .name').selectText();
  await page.keyboard.press('Control+c');
  assert.equal(await clipboard(page), PATIENT);
}

async function clipboardLockBody({ page }) {
  await copy(page);
  await page.keyboard.press('F9');
  await lockedSoon(page);
  assert.equal((await clipboard(page)).trim(), '');
}

async function clipboardTimeBody({ page }) {
  await copy(page);
  await pass(page, 29 * 1000);
  assert.equal(await clipboard(page), PATIENT);
  await pass(page, 2000);
  assert.equal((await clipboard(page)).trim(), '');
}

async function dialogBody({ page }) {
  await page.evaluate(async (patient) => {
    const { tell } = await import('/common/dialog.js');
    tell({ title: '要判断', body: [patient] });
  }, PATIENT);
  await pass(page, 61 * 1000);
  assert.deepEqual(await exposed(page), HIDDEN);
  await pass(page, 5 * 60 * 1000);
  await lockedSoon(page);
  assert.equal(await page.locator('dialog').count(), 0);
}

/** 設定: the paper that was just drawn, and who works here. */
async function settingsBody({ page }) {
  await page.evaluate(() => { window.location.hash = '#/settings/recovery'; });
  await page.getByLabel('あなたのパスワード').fill(PASSWORD);
  await page.keyboard.press('Enter');
  const key = (await page.locator('.recovery span').first().innerText()).trim();
  assert.deepEqual(await exposed(page, key), SHOWN);
  await pass(page, 61 * 1000);
  assert.deepEqual(await exposed(page, key), HIDDEN);
  await page.keyboard.press('x');
  assert.deepEqual(await exposed(page, key), SHOWN);
  await page.evaluate(() => { window.location.hash = '#/settings/facilities'; });
  await page.locator('.entries li').first().waitFor();
  await pass(page, 5 * 60 * 1000 + 1000);
  await lockedSoon(page);
  assert.deepEqual(await exposed(page, 'みほん接骨院'), HIDDEN);
  assert.equal(await page.evaluate((one) => document.documentElement.outerHTML.includes(one), key), false);
  await accessible(page);
  await unlock(page);
  await page.locator('.entries li').first().waitFor();
  assert.deepEqual(await exposed(page, key), HIDDEN); // the paper is shown once
}

const rows = [
  { name: 'after a minute the screen is covered, and one key brings it back', body: maskBody,
    fault: { file: 'workstation/lock.js', from: 'else if (idle >= times.mask_s * 1000) mask();', to: '' } },
  { name: 'after five minutes it is locked: the patient is in no document, and comes back with what was typed', body: lockBody,
    fault: { file: 'workstation/lock.js', from: 'if (idle >= times.lock_s * 1000) lock();', to: 'if (idle >= times.lock_s * 2000) lock();' } },
  { name: 'the program locks by its own clock, whatever the page thinks', body: programBody,
    fault: { file: 'workstation/app.js', from: "if (event.kind === 'lock') {", to: "if (event.kind === 'lock') return;\n  if (event.kind === 'locked') {" } },
  { name: 'while somebody works nothing is covered or locked', body: workBody,
    fault: { file: 'workstation/lock.js', from: "call('alive').catch(() => {});", to: '' } },
  { name: 'a lock empties the clipboard', body: clipboardLockBody,
    fault: { file: 'workstation/lock.js', from: 'uncover(); clipboard.clear(); closeAll();', to: 'uncover(); closeAll();' } },
  { name: 'half a minute empties the clipboard', body: clipboardTimeBody,
    fault: { file: 'workstation/lock.js', from: 'timer = setTimeout(clear, CLIPBOARD_MS);', to: '' } },
  { name: 'the settings are covered and locked, and the recovery key is shown once', body: settingsBody,
    fault: { file: 'workstation/lock.js', from: 'else if (idle >= times.mask_s * 1000) mask();', to: '' } },
  { name: 'a dialog is covered too, and closed by the lock', body: dialogBody,
    fault: { file: 'workstation/lock.js', from: 'clipboard.clear(); closeAll();', to: 'clipboard.clear();' } },
];

for (const { name, body, fault } of rows) {
  test(name, async () => {
    const place = await desk();
    await body(place);
    place.sight.clean();
  });
  test(`control: a page with a fault is found out: ${name}`, async () => {
    const place = await desk(fault);
    patienceEnd(place.page);
    await assert.rejects(() => body(place), (error) => error.code === 'ERR_ASSERTION' || error.name === 'TimeoutError');
  });
}
