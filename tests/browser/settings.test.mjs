// SPDX-License-Identifier: Apache-2.0
// 設定 as somebody at the desk goes through it, by keys, over the real vault; two facilities that know
// nothing of each other; what goes wrong said at its field; a backup that goes to another PC.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, afterEach, before } from 'node:test';
import { accessible, browserStart, windowOpen } from './browser.mjs';
import { PASSWORD, Station, unlock } from './station.mjs';

const HERE = '1311234569';
const THERE = '1329876542';
let browser;
const undo = [];
before(async () => { browser = await browserStart(); });
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

async function desk({ vault = true, ...options } = {}) {
  const station = await Station.start({ vault });
  undo.push(() => station.stop());
  const window = await windowOpen(browser, station.open, options);
  undo.push(() => window.close());
  if (vault === true) await unlock(window.page);
  return { station, ...window };
}

/** To a section by keys alone: the rail's key, then the list of sections. */
async function section(page, text) {
  await page.keyboard.press('Alt+5');
  await page.waitForSelector('.screen.settings .section');
  const link = page.locator('.sections a', { hasText: text });
  for (let i = 0; i < 40 && !await link.evaluate((one) => one === document.activeElement); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.section > h2', { hasText: text }).waitFor();
  await page.waitForSelector('.section-body > :not([hidden]):not(:empty)');
}

/** Tab until this is in focus, then Enter. */
async function press(page, name) {
  const button = page.getByRole('button', { name, exact: true });
  await button.waitFor();
  for (let i = 0; i < 60 && !await button.evaluate((one) => one === document.activeElement); i++) await page.keyboard.press('Tab');
  assert.ok(await button.evaluate((one) => one === document.activeElement), `${name} is not reached by Tab`);
  await page.keyboard.press('Enter');
}

const wrongAt = (page, text) => page.locator('.field-error:visible', { hasText: text }).waitFor();
const fields = async (page, values) => { for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: false }).first().fill(value); };

test('every section is reached by keys, named, and accessible', async () => {
  const { page, sight } = await desk();
  for (const text of ['施設とアカウント', '職員', '取り込みの決まり', 'バックアップと保存期間', '復旧用の紙', '登録したPC', '利用の履歴', 'このPCの情報']) {
    await section(page, text);
    assert.equal(await page.locator('.sections [aria-current=page]').innerText(), text);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), text); // who listens is told where they are
    await accessible(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  }
  assert.equal(await page.locator('.sections a[href="#/import"]').count(), 1);
  sight.clean();
});

test('a third facility is added, renamed, put away and taken back', async () => {
  const { page, sight } = await desk();
  await section(page, '施設とアカウント');
  await press(page, '施設を加える');
  await page.keyboard.type('1311234568');
  await page.keyboard.press('Tab');
  await page.keyboard.type('みほん分院');
  await page.keyboard.press('Enter');
  await wrongAt(page, '最後の数字が合いません');
  await accessible(page);
  await page.getByLabel('医療機関等コード').fill(HERE);
  await page.keyboard.press('Enter');
  await wrongAt(page, 'もう加えてあります');
  assert.equal(await page.getByLabel('施設の名前').inputValue(), 'みほん分院'); // what is typed stays
  await page.getByLabel('医療機関等コード').fill('１３１０００００03');
  await page.keyboard.press('Enter');
  await page.locator('.entries li', { hasText: 'みほん分院' }).waitFor();
  assert.equal(await page.locator('.bar select option').count(), 3);
  await press(page, 'みほん分院 の名前とアドレスを変える');
  await page.getByLabel('施設の名前').fill('みほん第二分院');
  await page.keyboard.press('Enter');
  await page.locator('.bar select option', { hasText: 'みほん第二分院' }).waitFor({ state: 'attached' });
  await press(page, 'みほん第二分院 をしまう');
  await page.locator('dialog[open]').waitFor();
  await accessible(page);
  await page.keyboard.press('Enter');
  await page.getByText('しまってあります').waitFor();
  await page.locator('.bar select option', { hasText: '第二分院' }).waitFor({ state: 'detached' });
  await press(page, 'みほん第二分院 をまた使う');
  await page.locator('.bar select option', { hasText: '第二分院' }).waitFor({ state: 'attached' });
  sight.clean();
});

test('what is decided for one facility is not so for the other', async () => {
  const { page, sight } = await desk();
  await section(page, '取り込みの決まり');
  await page.getByLabel('カナ氏名', { exact: true }).focus();
  await page.getByLabel('カナ氏名', { exact: true }).selectOption('take');
  await page.locator('#announce', { hasText: 'カナ氏名' }).waitFor({ state: 'attached' });
  await page.locator('.bar select').selectOption(THERE);
  await section(page, '取り込みの決まり');
  assert.equal(await page.getByLabel('カナ氏名', { exact: true }).inputValue(), 'ask');
  await page.locator('.bar select').selectOption(HERE);
  await section(page, '職員');
  await section(page, '取り込みの決まり');
  assert.equal(await page.getByLabel('カナ氏名', { exact: true }).inputValue(), 'take');
  sight.clean();
});

test('the facility that another window puts away is left', async () => {
  const { page, station, sight } = await desk();
  const other = await windowOpen(browser, station.open);
  undo.push(() => other.close());
  await other.page.waitForSelector('.frame');
  await other.page.locator('.bar select').selectOption(THERE);
  await section(page, '施設とアカウント');
  await press(page, 'みほん鍼灸マッサージ院 をしまう');
  await page.keyboard.press('Enter');
  await other.page.locator('.bar select').waitFor({ state: 'detached' }); // one is left: nothing to choose
  assert.equal(await other.page.locator('.bar .facility').innerText(), 'みほん接骨院');
  sight.clean();
});

test('職員: added, renamed, put away, taken back; each error at its field', async () => {
  const { page, sight } = await desk();
  await section(page, '職員');
  await press(page, '職員を加える');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('.field-error:visible').count(), 4);
  await accessible(page);
  await fields(page, { '名前': '高橋 みほん', '担当者の番号': '01', 'パスワード必須': 'battery staple', 'パスワード（もう一度）': 'battery stable' });
  await page.keyboard.press('Enter');
  await wrongAt(page, '2つのパスワードが違います');
  await page.getByLabel('パスワード（もう一度）').fill('battery staple');
  await page.keyboard.press('Enter');
  await wrongAt(page, 'もう使われています');
  await page.getByLabel('担当者の番号').fill('03');
  for (const label of ['パスワード必須', 'パスワード（もう一度）']) await page.getByLabel(label).fill('12345678');
  await page.keyboard.press('Enter');
  await wrongAt(page, 'よくある言葉や数字の並び');
  for (const label of ['パスワード必須', 'パスワード（もう一度）']) await page.getByLabel(label).fill('battery staple');
  await page.keyboard.press('Enter');
  await page.locator('.entries li', { hasText: '高橋 みほん' }).waitFor();
  await press(page, '高橋 みほん さんの名前を変える');
  await page.getByLabel('名前必須').fill('高橋 改');
  await page.keyboard.press('Enter');
  await press(page, '高橋 改 さんを休止する');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.entries li', { hasText: '休止中' }).waitFor();
  await page.keyboard.press('F9');
  await page.getByRole('heading', { name: '画面ロック中' }).waitFor();
  assert.equal(await page.getByRole('radio', { name: '高橋 改' }).count(), 0);
  await unlock(page);
  await press(page, '高橋 改 さんの休止をやめる');
  for (const label of ['新しいパスワード必須', '新しいパスワード（もう一度）']) await page.getByLabel(label).fill('staple battery');
  await page.keyboard.press('Enter');
  await page.locator('.entries li', { hasText: '休止中' }).waitFor({ state: 'detached' });
  await page.keyboard.press('F9');
  await unlock(page, { staff: '高橋 改', password: 'staple battery' });
  await page.locator('.bar .who', { hasText: '高橋 改' }).waitFor();
  sight.clean();
});

test("one's own password: the present one is asked for, and no longer opens", async () => {
  const { page, sight } = await desk();
  await section(page, '職員');
  await press(page, 'パスワードを変える');
  await fields(page, { 'いまのパスワード': 'wrong one', '新しいパスワード必須': 'battery staple', '新しいパスワード（もう一度）': 'battery staple' });
  await page.keyboard.press('Enter');
  await wrongAt(page, 'いまのパスワードと違います');
  await page.getByLabel('いまのパスワード').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('.form-place').waitFor({ state: 'hidden' });
  await page.keyboard.press('F9');
  await page.getByLabel('パスワード').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('パスワードが違います').first().waitFor();
  await unlock(page, { password: 'battery staple' });
  sight.clean();
});

const folderOf = (station, name) => path.join(station.home, name);

async function folderSet(page, station) {
  fs.mkdirSync(folderOf(station, 'disk'));
  await section(page, 'バックアップと保存期間');
  await press(page, '場所を決める');
  await page.keyboard.type(folderOf(station, 'nowhere'));
  await page.keyboard.press('Enter');
  await wrongAt(page, 'このフォルダーが見つからないか、開けません');
  await page.getByLabel('バックアップを入れるフォルダー').fill(folderOf(station, 'disk'));
  await page.keyboard.press('Enter');
  await page.getByText('バックアップできています').waitFor();
}
const backups = (station, name) => fs.readdirSync(folderOf(station, name)).filter((one) => one.startsWith('shikaku-'));

test('a backup: chosen, made, made daily by the program itself; a disk that is gone is seen on every screen', async () => {
  const { page, station, sight } = await desk();
  await page.locator('.rail a', { hasText: 'バックアップなし' }).waitFor();
  await folderSet(page, station);
  await page.locator('.rail .mark').waitFor({ state: 'detached' });
  await accessible(page);
  assert.equal(backups(station, 'disk').length, 1);
  const days = async (count) => {
    for (let end = Date.now() + 20000; backups(station, 'disk').length < count;) {
      assert.ok(Date.now() < end, `no backup number ${count}`);
      await new Promise((done) => { setTimeout(done, 100); });
    }
  };
  await station.advance(25 * 60 * 60 * 1000);
  await days(2); // behind the lock, for nobody sits there
  fs.renameSync(folderOf(station, 'disk'), folderOf(station, 'drawer'));
  await station.advance(25 * 60 * 60 * 1000);
  await unlock(page);
  await page.locator('.rail a', { hasText: 'バックアップ失敗' }).waitFor({ timeout: 20000 });
  await page.keyboard.press('Alt+1');
  await page.locator('.notices').getByText('毎日のバックアップができていません').waitFor();
  await accessible(page);
  assert.equal(backups(station, 'drawer').length, 2);
  fs.renameSync(folderOf(station, 'drawer'), folderOf(station, 'disk'));
  await section(page, 'バックアップと保存期間');
  await press(page, '今すぐバックアップする');
  await page.locator('.rail .mark').waitFor({ state: 'detached' });
  assert.equal(backups(station, 'disk').length, 3);
  sight.clean();
});

test('the years: out of range is said at the field, fewer are asked about first', async () => {
  const { page, sight } = await desk();
  await section(page, 'バックアップと保存期間');
  await press(page, '年数を変える');
  await page.getByLabel('保存する年数').fill('99');
  await page.keyboard.press('Enter');
  await wrongAt(page, '1年から30年まで');
  await page.getByLabel('保存する年数').fill('３');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '保存期間を3年に短くしますか？' }).waitFor();
  await accessible(page);
  await page.keyboard.press('Escape');
  await page.getByText('5年たつと自動で消します').waitFor();
  await press(page, '年数を変える');
  await page.getByLabel('保存する年数').fill('7');
  await page.keyboard.press('Enter');
  await page.getByText('7年たつと自動で消します').waitFor();
  sight.clean();
});

const keyOf = async (page) => (await page.locator('.recovery').innerText()).trim().split(/\s+/).join('-');

test('a new paper: the old key opens nothing, the new one does', async () => {
  const { page, sight } = await desk();
  const renew = async () => {
    await section(page, '復旧用の紙');
    await page.getByLabel('あなたのパスワード').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('.recovery').waitFor();
    return keyOf(page);
  };
  await section(page, '復旧用の紙');
  await page.getByLabel('あなたのパスワード').fill('wrong one');
  await page.keyboard.press('Enter');
  await wrongAt(page, 'いまのパスワードと違います');
  const old = await renew();
  await accessible(page);
  await page.keyboard.press('Alt+1');
  const fresh = await renew();
  assert.notEqual(old, fresh);
  await press(page, 'しまいました（表示を消す）');
  await page.locator('.recovery').waitFor({ state: 'detached' });
  await page.keyboard.press('F9');
  await page.getByRole('button', { name: 'パスワードを忘れたとき' }).click();
  const give = async (key) => {
    await page.getByLabel('復旧キー').fill(key);
    for (const label of ['新しいパスワード必須', '新しいパスワード（もう一度）']) await page.getByLabel(label).fill('battery staple');
    await page.keyboard.press('Enter');
  };
  await give(old);
  await page.getByText('復旧キーが違います').first().waitFor();
  await give(fresh);
  await page.waitForSelector('.frame');
  sight.clean();
});

test('登録したPC and 利用の履歴 say that somebody must log in', async () => {
  const { page, sight } = await desk();
  for (const text of ['登録したPC', '利用の履歴']) {
    await section(page, text);
    await page.getByText('サービスにログインすると見られます').waitFor();
  }
  sight.clean();
});

test('このPCの情報 can be copied, and holds nobody', async () => {
  const { page, sight } = await desk({ context: { permissions: ['clipboard-read', 'clipboard-write'] } });
  await section(page, 'このPCの情報');
  await press(page, 'コピーする');
  await page.locator('#announce', { hasText: 'コピーしました' }).waitFor({ state: 'attached' });
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(text, /版: 0\.1\.0/);
  assert.match(text, /時計: /);
  assert.ok(!/佐藤|みほん|tmp/.test(text), text);
  sight.clean();
});

test('a new PC takes a backup back: what is wrong is said at its field, then it opens as the old one did', async () => {
  const old = await desk();
  await folderSet(old.page, old.station);
  await old.close();
  const { page, sight } = await desk({ vault: 'new' });
  await page.getByRole('button', { name: 'バックアップから戻す' }).click();
  await accessible(page);
  await page.keyboard.type('/nowhere/at/all');
  await page.getByLabel('担当者のパスワード').fill('wrong');
  await page.keyboard.press('Enter');
  await wrongAt(page, 'このフォルダーが見つからないか、読めません');
  await page.getByLabel('バックアップのあるフォルダー').fill(folderOf(old.station, 'disk'));
  await page.keyboard.press('Enter');
  await wrongAt(page, '担当者の番号かパスワードが違います');
  await page.getByLabel('担当者のパスワード').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'カルテを戻しました' }).waitFor();
  await accessible(page);
  await page.keyboard.press('Enter');
  await unlock(page);
  assert.deepEqual(await page.locator('.bar select option').allInnerTexts(), ['みほん接骨院', 'みほん鍼灸マッサージ院']);
  sight.clean();
});
