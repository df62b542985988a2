// SPDX-License-Identifier: Apache-2.0
// 患者一覧の取り込み: a list of another program is looked at, put right, taken in; stopped, killed and
// begun again; and nobody comes twice.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import test, { after, afterEach, before } from 'node:test';
import { accessible, browserStart, until, windowOpen } from './browser.mjs';
import { people, TROUBLED } from './lists.mjs';
import { Station, unlock } from './station.mjs';

let browser;
const undo = [];
before(async () => { browser = await browserStart(); });
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

async function desk() {
  const station = await Station.start();
  undo.push(() => station.stop());
  const window = await windowOpen(browser, station.open);
  undo.push(() => window.close());
  await unlock(window.page);
  await importShow(window.page);
  return { station, ...window };
}

async function importShow(page) {
  await page.evaluate(() => { window.location.hash = '#/import'; });
  await page.getByRole('heading', { name: '取り込むファイルを選びます' }).waitFor();
}

const choose = (page, bytes, name = '患者一覧.csv') =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(bytes) });
const columns = (page) => page.getByRole('heading', { name: 'どの列が何か' }).waitFor();
const press = (page, name) => page.getByRole('button', { name }).click();
const look = async (page) => { await press(page, '全部の行を確かめる'); await page.getByRole('heading', { name: /このように取り込みます|取り込む人はいません/ }).waitFor({ timeout: 60000 }); };
const done = (page) => page.getByRole('heading', { name: '取り込みが終わりました' }).waitFor({ timeout: 60000 });
const counts = (page) => page.locator('.import-counts li').allInnerTexts();

async function patients(page) {
  await page.evaluate(() => { window.location.hash = '#/patients'; });
  await page.locator('.screen.patients .table').waitFor();
  await until(page, "/人/.test(document.querySelector('.screen.patients > .hint').textContent)");
  return page.locator('.screen.patients > .hint').innerText();
}

test('a list is looked at row by row, then taken; what was refused can be kept', async () => {
  const { page, sight } = await desk();
  await accessible(page);
  await choose(page, TROUBLED);
  await columns(page);
  await accessible(page);
  assert.equal(await page.getByLabel('フリガナの列は').inputValue(), 'kana');
  assert.equal(await page.getByLabel('来院動機の列は').inputValue(), '');
  assert.match(await page.locator('.import-preview tbody tr').first().innerText(), /101\s+見本 *　*太郎/u);
  await look(page);
  await accessible(page);
  assert.deepEqual((await counts(page)).map((text) => /(\d+)人/.exec(text)[1]), ['3', '3']);
  const told = await page.locator('.told tbody tr').allInnerTexts();
  assert.match(told[0], /4\s+取り込めない\s+生年月日: 日付として読めません/);
  assert.match(told[1], /6\s+取り込めない\s+患者番号（照会番号）: 5行目と同じ番号です/);
  assert.match(told[2], /7\s+取り込めない\s+性別/);
  assert.equal(await patients(page), '0人'); // looking stores nothing
  await importShow(page);
  await choose(page, TROUBLED);
  await columns(page);
  await look(page);
  await press(page, '3人を取り込む');
  await done(page);
  await accessible(page);
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, '取り込めない行をファイルに保存')]);
  const kept = fs.readFileSync(await download.path(), 'utf8');
  assert.match(kept, /^\uFEFF行,理由,患者番号,氏名/);
  assert.equal(kept.split('\r\n').length, 5);
  await press(page, '患者の一覧を見る');
  await page.locator('.screen.patients tr[data-index]').first().waitFor();
  assert.equal(await page.locator('.screen.patients tr[data-index]').count(), 3);
  sight.clean();
});

test('a list in Shift_JIS, without headings, its columns chosen by hand', async () => {
  const { page, sight } = await desk();
  const rows = 'ﾐﾎﾝ ﾀﾛｳ;見本　太郎;S450101\r\n;試験　花子;1977/3/2\r\n';
  const bytes = execFileSync('iconv', ['-f', 'UTF-8', '-t', 'CP932'], { input: rows });
  await choose(page, bytes);
  await columns(page);
  assert.equal(await page.getByLabel('文字コード').inputValue(), 'cp932');
  await page.getByLabel('区切り').selectOption(';');
  await page.getByLabel('3列目の列は').waitFor();
  assert.equal(await page.getByLabel('1行目は見出し').isChecked(), false);
  await press(page, '全部の行を確かめる');
  await page.getByText('氏名かカナ氏名の列を選んでください').waitFor();
  for (const [i, choice] of [[1, 'カナ氏名'], [2, '氏名'], [3, '生年月日']]) {
    await page.getByLabel(`${i}列目の列は`).focus();
    await page.getByLabel(`${i}列目の列は`).selectOption({ label: choice });
    await until(page, `document.activeElement?.getAttribute('aria-label') === '${i}列目の列は'`); // the focus stays
  }
  await page.getByLabel('2列目の列は').selectOption('kana');
  await page.getByText('同じ項目が2つの列に選ばれています').waitFor();
  await page.getByLabel('文字コード').selectOption('utf8');
  await page.getByText('この文字コードでは読めません').waitFor();
  await look(page);
  assert.deepEqual((await counts(page)).map((text) => /(\d+)人/.exec(text)[1]), ['2']);
  await press(page, '2人を取り込む');
  await done(page);
  assert.equal(await patients(page), '2人');
  sight.clean();
});

test('who chooses the next column before the first was read loses neither; a refused one is put back', async () => {
  const { page, sight } = await desk();
  await choose(page, '見本　太郎,S45.1.1\n');
  await columns(page);
  let held = 0;
  await page.route('**/api/import_shape', async (route) => {
    if (held++ === 0) await new Promise((resolve) => { setTimeout(resolve, 700); });
    await route.continue();
  });
  const second = await page.getByLabel('2列目の列は').elementHandle();
  await page.getByLabel('1列目の列は').selectOption('name');
  await page.getByLabel('2列目の列は').selectOption('birth');
  await until(page, "document.querySelector('select[aria-label=\"2列目の列は\"]').value === 'birth' && document.querySelector('.import-preview').textContent.includes('昭45.1.1')");
  assert.equal(await page.getByLabel('1列目の列は').inputValue(), 'name');
  assert.ok(await second.evaluate((node) => node.isConnected)); // whoever has it open keeps it open
  await page.getByLabel('2列目の列は').selectOption('name');
  await page.getByText('同じ項目が2つの列に選ばれています').waitFor();
  assert.equal(await page.getByLabel('2列目の列は').inputValue(), 'birth'); // what is shown is what holds
  await look(page);
  assert.deepEqual((await counts(page)).map((text) => /(\d+)人/.exec(text)[1]), ['1']);
  sight.clean();
});

test('the same list again makes nobody twice, and fills what is lacking', async () => {
  const { page, sight } = await desk();
  for (const [list, button] of [['氏名,生年月日\n見本　太郎,S45.1.1\n', '1人を取り込む'], ['氏名,生年月日,住所\n見本 太郎,1970-01-01,見本町1\n', '1人を取り込む']]) {
    await choose(page, list);
    await columns(page);
    await look(page);
    await press(page, button);
    await done(page);
    await press(page, '続けて別のファイルを取り込む');
    await page.getByRole('heading', { name: '取り込むファイルを選びます' }).waitFor();
  }
  await choose(page, '氏名,生年月日,住所\n見本 太郎,1970-01-01,別の町2\n');
  await columns(page);
  await look(page);
  await page.getByRole('heading', { name: '取り込む人はいません' }).waitFor();
  assert.equal(await patients(page), '1人');
  sight.clean();
});

test('a run that is stopped half-way says so, and goes on with the same list', async () => {
  const { page, sight } = await desk();
  const list = people(3000);
  await choose(page, list);
  await columns(page);
  await look(page);
  await press(page, '3000人を取り込む'.replace('3000', '3,000'));
  await page.getByText(/\d+行（[1-9]/).waitFor();
  await press(page, '止める');
  await page.locator('dialog').getByRole('button', { name: '止める' }).click();
  await page.getByText('前回の取り込みは途中で止まっています').waitFor();
  await accessible(page);
  await choose(page, list);
  await columns(page);
  await look(page);
  const [made, known] = (await counts(page)).map((text) => Number(/([\d,]+)人/.exec(text)[1].replace(',', '')));
  assert.equal(made + known, 3000);
  assert.ok(made > 0 && known > 0, `${made} and ${known}`);
  await press(page, /人を取り込む/);
  await done(page);
  await press(page, '続けて別のファイルを取り込む');
  await page.getByRole('heading', { name: '取り込むファイルを選びます' }).waitFor();
  assert.equal(await page.getByText('途中で止まっています').count(), 0);
  sight.clean();
});

test('what is no list is refused with a sentence', async () => {
  const { page } = await desk();
  for (const [bytes, text] of [['', '患者さんの行がひとつもありません'], ['氏名,生年月日\n', '患者さんの行がひとつもありません'],
    [Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0, 0x81]), '文字として読めません']]) {
    await choose(page, bytes);
    await page.getByText(text).waitFor();
  }
  await accessible(page);
});
