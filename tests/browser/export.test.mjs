// SPDX-License-Identifier: Apache-2.0
// CSVに書き出す: from the three lists, by the keyboard, in both charsets; the file that the browser
// saved is read again, and holds what the screen shows.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test, { after, afterEach, before } from 'node:test';
import { accessible, browserStart, windowOpen } from './browser.mjs';
import { fill } from './fill.mjs';
import { Station, unlock } from './station.mjs';

let browser;
const undo = [];
before(async () => { browser = await browserStart(); });
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

async function desk(...what) {
  const station = await Station.start({ prepare: (home) => what.length && fill(home, ...what) });
  undo.push(() => station.stop());
  const window = await windowOpen(browser, station.open, { context: { acceptDownloads: true } });
  undo.push(() => window.close());
  await unlock(window.page);
  return { station, ...window };
}

const dialog = (page) => page.locator('dialog[open]');
const ready = (page) => page.locator('dialog[open] button.primary:enabled').waitFor();

async function ask(page) {
  await page.getByRole('button', { name: 'CSVに書き出す' }).focus();
  await page.keyboard.press('Enter');
  await dialog(page).getByText(/行を書き出します/).waitFor();
  await ready(page);
}

/** Enter on the filled button; {name, bytes} of what the browser saved. */
async function save(page) {
  const waits = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: '保存する' }).focus();
  await page.keyboard.press('Enter');
  const download = await waits;
  return { name: download.suggestedFilename(), bytes: fs.readFileSync(await download.path()) };
}

/** RFC 4180; all of ours end in CRLF. */
function cells(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

function utf8Rows(bytes) {
  assert.deepEqual([...bytes.subarray(0, 3)], [0xEF, 0xBB, 0xBF]);
  return cells(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

test('the list of results is saved as it is shown, newest first', async () => {
  const { page, sight } = await desk('day');
  await ask(page);
  assert.match(await dialog(page).textContent(), /15行を書き出します。.*失われる文字はありません/);
  assert.ok(await page.getByRole('radio', { name: 'UTF-8' }).isChecked());
  await accessible(page);
  const { name, bytes } = await save(page);
  assert.match(name, /^資格確認結果_\d{8}\.csv$/);
  const rows = utf8Rows(bytes);
  assert.equal(rows.length, 16);
  assert.ok(rows.every((row) => row.length === rows[0].length));
  const [head, ...lines] = rows;
  const of = (line, title) => line[head.indexOf(title)];
  assert.match(of(lines[0], '確認日時'), /^\d{4}\/\d\d\/\d\d 00:12$/);
  assert.equal(of(lines[0], '氏名'), '小林　みどり');
  assert.equal(of(lines[0], '状態'), '要判断');
  const sasaki = lines.find((line) => of(line, '氏名') === '佐々木　𠮷之助');
  assert.deepEqual(['カナ氏名', '生年月日', '性別', '保険者番号', '番号', '負担割合', '確認方法'].map((title) => of(sasaki, title)),
    ['ｻｻｷ ﾖｼﾉｽｹ', '1939/01/05', '男', '39131156', '04567890', '1割', '暗証番号']);
  sight.forgive(/^request: blob:/); // what the browser saves is made in the page
  sight.clean();
});

test('what is searched for is what is saved', async () => {
  const { page, sight } = await desk('day');
  await page.keyboard.press('F2');
  await page.keyboard.insertText('山本');
  await page.locator('tr[data-index]', { hasText: '小林' }).waitFor({ state: 'detached' });
  await ask(page);
  const rows = utf8Rows((await save(page)).bytes);
  assert.equal(rows.length, 4);
  assert.ok(rows.slice(1).every((row) => row.includes('山本　太郎')));
  sight.forgive(/^request: blob:/);
  sight.clean();
});

test('what Shift_JIS has not is told by row before anything is saved', async () => {
  const { page, sight } = await desk('day');
  await ask(page);
  await page.getByRole('radio', { name: 'UTF-8' }).focus();
  await page.keyboard.press('ArrowDown');
  await dialog(page).getByText('Shift_JISにない文字が1か所あり').waitFor();
  await ready(page);
  assert.deepEqual(await dialog(page).locator('tbody td').allTextContents(), ['13', '佐々木　𠮷之助', '氏名', '𠮷']);
  await accessible(page);
  const { bytes } = await save(page);
  const text = new TextDecoder('shift_jis', { fatal: true }).decode(bytes);
  const rows = cells(text);
  assert.equal(rows.length, 16);
  assert.ok(rows[12].includes('佐々木　〓之助'));
  assert.ok(rows.some((row) => row.includes('●田　花子') && row.includes('ﾀｶﾀﾞ ﾊﾅｺ')));
  await page.getByRole('button', { name: 'CSVに書き出す' }).click(); // it is remembered
  assert.ok(await page.getByRole('radio', { name: 'Shift_JIS' }).isChecked());
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  sight.forgive(/^request: blob:/);
  sight.clean();
});

test('charts go out with headings that an import knows, and come back as the same people', async () => {
  const { page, sight } = await desk('day');
  await page.keyboard.press('Alt+2');
  await page.getByText('8人').first().waitFor();
  await ask(page);
  const { name, bytes } = await save(page);
  assert.match(name, /^患者一覧_\d{8}\.csv$/);
  const [head, ...lines] = utf8Rows(bytes);
  assert.deepEqual(head.slice(0, 6), ['照会番号', 'カルテ番号', '氏名', 'カナ氏名', '生年月日', '性別']);
  assert.equal(lines.length, 8);
  const row = lines.find((line) => line.includes('山本　太郎'));
  assert.deepEqual(['保険者番号', '保険者名', '記号', '番号', '枝番', '本人家族', '有効開始日'].map((title) => row[head.indexOf(title)]),
    ['06000004', 'さくら健康保険組合', '６１', '3344', '01', '本人', '2020/04/01']);
  await page.getByRole('button', { name: '一覧を取り込む' }).click();
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: bytes });
  await page.getByText('佐々木　𠮷之助').first().waitFor();
  sight.forgive(/^request: blob:/);
  sight.clean();
});

test('the checks of the month are saved', async () => {
  const { page, sight } = await desk('day');
  await page.keyboard.press('Alt+4');
  await page.getByText('まだ確認していない方').waitFor();
  await ask(page);
  const { name, bytes } = await save(page);
  assert.match(name, /^月初の確認_\d{8}\.csv$/);
  const [head, ...lines] = utf8Rows(bytes);
  assert.deepEqual(lines.map((line) => line[head.indexOf('氏名')].split('　')[0]).sort(),
    ['ヴァンデルハイデン', '中村', '佐々木', '田中', '鈴木'].sort());
  sight.forgive(/^request: blob:/);
  sight.clean();
});

test('a list without rows is no file', async () => {
  const { page, sight } = await desk();
  await page.getByRole('button', { name: 'CSVに書き出す' }).click();
  await dialog(page).getByText('書き出す行がありません。').waitFor();
  assert.ok(await dialog(page).getByRole('button', { name: '保存する' }).isDisabled());
  await accessible(page);
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'CSVに書き出す');
  sight.clean();
});

test('leaving saves nothing', async () => {
  const { page, sight } = await desk('day');
  await ask(page);
  let saved = 0;
  page.on('download', () => { saved += 1; });
  await page.keyboard.press('Escape');
  await dialog(page).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'CSVに書き出す' }).click();
  await ready(page);
  await dialog(page).getByRole('button', { name: 'やめる' }).click();
  assert.equal(saved, 0);
  assert.ok(!sight.requests.some((request) => request.endsWith('/api/export_take')));
  sight.clean();
});
