// SPDX-License-Identifier: Apache-2.0
// The frame of the page: the way in, the first start, the rail, the keys, forms and tables.
import assert from 'node:assert/strict';
import test, { after, afterEach, before } from 'node:test';
import { accessible, answerHold, browserStart, until, windowOpen } from './browser.mjs';
import { PASSWORD, Station, unlock } from './station.mjs';

let browser;
const undo = [];
before(async () => { browser = await browserStart(); });
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

/** A station and a window of it, unlocked unless told otherwise. */
async function desk({ setup = false, locked = false, ...options } = {}) {
  const station = await Station.start({ setup });
  undo.push(() => station.stop());
  const window = await windowOpen(browser, station.open, options);
  undo.push(() => window.close());
  if (!setup && !locked) await unlock(window.page);
  return { station, ...window };
}

/** The page's own modules, in a root of the test's. */
const inPage = (page, body) => page.evaluate(`(async () => { const root = document.querySelector('.screen'); ${body} })()`);

test('the cookie came for a ticket, and no address ever held it', async () => {
  const { page, origin, context, sight } = await desk({ locked: true });
  const [cookie] = await context.cookies(origin);
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  assert.equal(page.url(), `${origin}/`);
  for (const url of sight.requests) assert.ok(!url.includes(cookie.value));
  assert.equal(await page.evaluate(() => document.cookie), '');
  sight.clean();
});

test('a new PC is led through its first start to the desk', async () => {
  const { page, sight } = await desk({ setup: true });
  await accessible(page);
  await page.getByRole('button', { name: '次へ' }).click();
  assert.equal(await page.locator('.error-summary a').count(), 2);
  await page.locator('.error-summary a').first().click();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'facility');
  await accessible(page);
  await page.getByLabel('医療機関等コード').fill('１３１１２３４５６８'); // a slip in the last digit
  await page.getByLabel('施設の名前').fill('みほん接骨院');
  await page.keyboard.press('Enter');
  await page.getByLabel('あなたの名前').fill('佐々木 𠮷之助');
  await page.getByLabel('パスワード必須').fill(PASSWORD);
  await page.getByLabel('パスワード（もう一度）').fill('another one');
  await page.keyboard.press('Enter');
  await page.getByText('2つのパスワードが違います').first().waitFor();
  await page.getByLabel('パスワード（もう一度）').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('.field-error:visible', { hasText: '10桁の最後の数字が合いません' }).waitFor(); // back where it is to be put right
  await page.getByLabel('医療機関等コード').fill('１３１１２３４５６９');
  await page.keyboard.press('Enter');
  assert.equal(await page.getByLabel('あなたの名前').inputValue(), '佐々木 𠮷之助'); // nothing typed is lost
  await page.getByLabel('パスワード必須').fill(PASSWORD);
  await page.getByLabel('パスワード（もう一度）').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '復旧用の紙' }).waitFor();
  assert.match((await page.locator('.recovery').innerText()).replace(/\s/g, ''), /^[0-9A-Z]{20,}$/);
  await accessible(page);
  await page.getByRole('button', { name: '次へ' }).click();
  await page.locator('.field-error:visible').waitFor(); // not before the sheet lies elsewhere
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: '次へ' }).click();
  await page.getByRole('button', { name: 'あとでする' }).click();
  await page.waitForSelector('.frame');
  assert.equal(await page.locator('.bar .facility').innerText(), 'みほん接骨院');
  sight.clean();
});

test('the password opens, another does not, and the field is empty again', async () => {
  const { page, sight } = await desk({ locked: true });
  await accessible(page);
  await page.getByLabel('パスワード').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('パスワードが違います').first().waitFor();
  assert.equal(await page.getByLabel('パスワード').inputValue(), '');
  await accessible(page);
  await unlock(page, { staff: '佐々木 𠮷之助' });
  assert.match(await page.locator('.bar .who').innerText(), /佐々木 𠮷之助/);
  await accessible(page);
  sight.clean();
});

test('every screen is reached by the rail and by its key, and the address names it', async () => {
  const { page, sight } = await desk();
  for (const [key, id] of [['2', 'patients'], ['3', 'request'], ['4', 'month'], ['5', 'settings'], ['1', 'results']]) {
    await page.keyboard.press(`Alt+${key}`);
    await page.waitForSelector(`.rail a[data-screen=${id}][aria-current=page]`);
    assert.equal(new URL(page.url()).hash, `#/${id}`);
  }
  await page.locator('.rail a', { hasText: '設定' }).click();
  await page.waitForSelector('.screen.settings');
  await page.goBack();
  await page.waitForSelector('.screen.results');
  sight.clean();
});

const asks = (page) => page.waitForRequest('**/api/session', { timeout: 5000 });
/** Until the page has asked about the other one. */
async function choose(page, label) {
  const [reply] = await Promise.all([page.waitForResponse('**/api/session'), page.locator('.bar select').selectOption({ label })]);
  await reply.finished();
}

test('another facility: nothing of the one before stays, and its late answer arrives nowhere', async () => {
  const { page, sight } = await desk();
  await page.evaluate(async () => {
    const { call } = await import('/api.js');
    window.late = 'nothing';
    const real = window.fetch;
    window.fetch = () => new Promise((resolve) => { window.letGo = () => resolve(new Response('{}')); });
    call('results').then(() => { window.late = 'arrived'; });
    window.fetch = real;
  });
  await page.locator('.bar select').selectOption({ label: 'みほん鍼灸マッサージ院' });
  await page.evaluate(() => window.letGo());
  await page.waitForTimeout(100);
  assert.equal(await page.evaluate(() => window.late), 'nothing');
  sight.clean();
});

test('what moves is still followed when another facility is chosen while an answer is on its way', async () => {
  const { page, station, sight } = await desk();
  const letGo = await answerHold(page, 'session');
  await Promise.all([asks(page), station.event('session')]);
  await choose(page, 'みほん鍼灸マッサージ院');
  letGo();
  await choose(page, 'みほん接骨院');
  await Promise.all([asks(page), station.event('session')]);
  sight.clean();
});

test('what moves is followed when another facility is chosen before the page has begun', async () => {
  const { page, station, sight } = await desk();
  const letGo = await answerHold(page, 'drafts');
  const [held] = await Promise.all([page.waitForRequest('**/api/drafts'), page.reload()]);
  await choose(page, 'みほん鍼灸マッサージ院');
  letGo();
  await (await held.response()).finished();
  await choose(page, 'みほん接骨院');
  await Promise.all([asks(page), station.event('session')]);
  sight.clean();
});

test('F9 locks every window at once, and what was typed is there again', async () => {
  const { page, station, sight } = await desk();
  const second = await windowOpen(browser, station.open);
  undo.push(() => second.close());
  await second.page.waitForSelector('.frame');
  await inPage(page, `const { form, field } = await import('/common/fields.js');
    root.append(form({ key: 'memo', fields: [field({ name: 'memo', label: 'メモ' })], submit: { text: '保存', run: async () => {} } }).node);`);
  await page.getByLabel('メモ').fill('左肩');
  await page.keyboard.press('F9');
  await page.getByRole('heading', { name: '画面ロック中' }).waitFor();
  await second.page.getByRole('heading', { name: '画面ロック中' }).waitFor();
  await unlock(page);
  assert.equal(await page.getByLabel('メモ').inputValue(), '左肩');
  await second.page.waitForSelector('.frame');
  sight.clean();
});

test('a draft lives through another screen until it is taken', async () => {
  const { page, sight } = await desk();
  const show = `const { form, field, draftsWait } = await import('/common/fields.js');
    window.draftsWait = draftsWait;
    root.append(form({ key: 'memo', fields: [field({ name: 'day', label: '初回来院日', type: 'day' }), field({ name: 'pass', label: '合言葉', type: 'password' })],
      submit: { text: '保存', run: async (values) => { window.taken = values; } } }).node);`;
  await inPage(page, show);
  await page.getByLabel('初回来院日').fill('R7.4.1');
  await page.getByText('令和7年4月1日 (2025-04-01)').waitFor();
  await page.getByLabel('合言葉').fill('secret');
  await page.keyboard.press('Alt+2');
  await page.waitForSelector('.screen.patients');
  await inPage(page, show);
  assert.equal(await page.getByLabel('初回来院日').inputValue(), 'R7.4.1');
  assert.equal(await page.getByLabel('合言葉').inputValue(), ''); // a secret is no draft
  await page.getByRole('button', { name: '保存' }).click();
  await until(page, () => window.taken);
  assert.deepEqual(await page.evaluate(() => window.taken), { day: 20250401, pass: '' });
  assert.equal(await page.evaluate(() => window.draftsWait()), false);
  sight.clean();
});

test('while an IME converts, no key of ours does anything', async () => {
  const { page, sight } = await desk();
  await page.evaluate(() => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'F9', isComposing: true, bubbles: true })));
  await page.evaluate(() => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'F9', keyCode: 229, bubbles: true })));
  await page.waitForTimeout(200);
  assert.equal(await page.locator('.frame').count(), 1);
  sight.clean();
});

test('a dialog keeps the focus, Enter does what it says, Escape leaves', async () => {
  const { page, sight } = await desk();
  const open = () => page.evaluate(async () => {
    const { confirm } = await import('/common/dialog.js');
    window.answer = undefined;
    confirm({ title: '28件あります', body: ['うち照会番号なし 3件'], yes: '受け取る' }).then((value) => { window.answer = value; });
  });
  await page.locator('.bar > button').focus();
  await open();
  await accessible(page);
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog')));
  }
  await page.keyboard.press('Escape');
  await until(page, () => window.answer === false);
  assert.ok(await page.evaluate(() => document.activeElement.matches('.bar button')));
  await open();
  // Whoever is elsewhere by then is not called back: what is typed would land in another field.
  assert.ok(await page.evaluate(async () => {
    const link = document.querySelector('.rail a');
    document.querySelector('dialog[open]').close();
    link.focus();
    await new Promise((done) => { setTimeout(done, 50); });
    return document.activeElement === link;
  }));
  await open();
  await page.keyboard.press('Enter');
  await until(page, () => window.answer === true);
  sight.clean();
});

// Of three times the shortest: a machine that does other things only ever adds.
const TABLE = `const { table } = await import('/common/table.js');
  const rows = Array.from({ length: 10000 }, (_, i) => ({ id: i, kana: 'カナ' + i }));
  window.made = table({ label: '結果', columns: [{ key: 'id', title: '番号', cell: (row) => String(row.id), sort: true }, { key: 'kana', title: 'カナ', cell: (row) => row.kana }],
    open: (row) => { window.opened = row.id; }, onsort: (key) => { window.sorted = key; }, empty: '結果はまだありません。' });
  root.replaceChildren(window.made.node);
  const set = () => { const began = performance.now(); window.made.set(rows); window.made.focus(); return performance.now() - began; };
  window.took = Math.min(set(), set(), set());`;

test('ten thousand rows are a screenful for the browser, and every one is reached by keys', async () => {
  const { page, sight } = await desk();
  await inPage(page, TABLE);
  assert.ok(await page.locator('tbody tr').count() < 60);
  assert.ok(await page.evaluate(() => window.took) < 100);
  await page.keyboard.press('End');
  await page.getByText('カナ9999').waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => window.opened), 9999);
  await page.keyboard.press('Home');
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => window.opened), 40);
  assert.ok(await page.evaluate(() => {
    const row = document.activeElement.getBoundingClientRect();
    const head = document.querySelector('thead').getBoundingClientRect();
    return row.top >= head.bottom - 1 && row.bottom <= window.innerHeight;
  }));
  await page.keyboard.press('PageDown');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.index > 44), true);
  await page.getByRole('button', { name: '番号' }).click();
  assert.equal(await page.evaluate(() => window.sorted), 'id');
  await accessible(page);
  sight.clean();
});

test('new rows above do not move the one that has the focus; an empty table says what to do', async () => {
  const { page, sight } = await desk();
  await inPage(page, TABLE);
  await page.keyboard.press('ArrowDown');
  await page.evaluate(() => window.made.set([{ id: 'new', kana: 'アタラシイ' }, ...window.made.rows()]));
  assert.equal(await page.evaluate(() => document.activeElement.dataset.index), '2');
  assert.equal(await page.evaluate(() => window.made.selected().id), 1);
  await page.evaluate(() => window.made.set([]));
  await page.getByText('結果はまだありません').waitFor();
  sight.clean();
});

test('all that can be pressed is large enough, and the focus is seen', async () => {
  const { page, sight } = await desk();
  const small = await page.evaluate(() => [...document.querySelectorAll('button, a, select, input')].filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return width > 0 && (height < 44 || width < 44) && !one.closest('.skip');
  }).map((one) => one.outerHTML));
  assert.deepEqual(small.filter((one) => !one.includes('class="skip"')), []);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => getComputedStyle(document.activeElement).outline), /rgb\(0, 0, 0\) solid 4px/);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true);
  sight.clean();
});

test('a program that has ended is said so, and nothing is thrown away', async () => {
  const { page, station } = await desk();
  undo.shift();
  await station.stop();
  await page.getByText('プログラムが止まっています').waitFor();
  assert.equal(await page.locator('.frame').count(), 1);
});
