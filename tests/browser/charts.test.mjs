// SPDX-License-Identifier: Apache-2.0
// 患者, 個人画面, 要判断, over results that have come in (fill.c): a chart is found, changed, put back;
// whose a result is is decided, and decided otherwise.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import test, { after, afterEach, before } from 'node:test';
import { program } from '../journeys/process.mjs';
import { accessible, answerHold, browserStart, pageFault, patienceEnd, until, windowOpen } from './browser.mjs';
import { Station, unlock } from './station.mjs';

const result = (n) => `0000000000000000000000000000000${n}`;
let browser;
const undo = [];
before(async () => { browser = await browserStart(); });
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

async function desk() {
  const station = await Station.start({ prepare: (home) => execFileSync(program('tests/browser/fill'), [home]) });
  undo.push(() => station.stop());
  const open = async () => {
    const window = await windowOpen(browser, station.open);
    undo.push(() => window.close());
    return window;
  };
  const window = await open();
  await unlock(window.page);
  return { station, open, ...window };
}

async function go(page, address, selector) {
  await page.evaluate((hash) => { window.location.hash = hash; }, address);
  await page.locator(selector).first().waitFor();
}

const rows = (page) => page.locator('.screen.patients tbody tr[data-index]').count();
const facilityChoose = (page, n) => page.locator('.bar select').selectOption({ index: n });
const confirmed = (page, text) => page.locator('dialog').getByRole('button', { name: text }).click();

test('a chart is found by kana of either width, a name, a number, a day', async () => {
  const { page, sight } = await desk();
  await go(page, '#/patients', '.screen.patients tbody tr[data-index]');
  assert.equal(await rows(page), 3);
  await accessible(page);
  for (const text of ['ささき', 'ｻｻｷ', '𠮷之助', 'S27.3.2', '昭和27年3月2日', '7', '0012']) {
    await page.getByLabel('検索').fill(text);
    await until(page, "document.querySelectorAll('.screen.patients tbody tr[data-index]').length === 1");
  }
  await page.getByLabel('検索').fill('該当なし');
  await page.getByText('見つかりませんでした').waitFor();
  await page.keyboard.press('F2');
  await page.keyboard.type('やまもと');
  await until(page, "document.querySelectorAll('.screen.patients tbody tr[data-index]').length === 1");
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.person', { hasText: '山本' }).waitFor();
  sight.clean();
});

/** The chart's word first, then what the result says. */
async function differenceShown(page) {
  await go(page, '#/chart/1', '.person');
  const waiting = page.locator('tr.waits');
  assert.equal(await waiting.count(), 1);
  assert.match(await waiting.innerText(), /𠮷之助[\s\S]*違います[\s\S]*吉之助/);
  return waiting;
}

test('control: a page that shows the new one as the old one is found out', async () => {
  const { station } = await desk();
  const faulty = await windowOpen(browser, station.open, { prepare: pageFault({ file: 'workstation/screens/chart.js', from: "name(told || '—')", to: "name(held || '—')" }) });
  undo.push(() => faulty.close());
  await assert.rejects(differenceShown(faulty.page), /違います/);
});

test('what the result tells differently waits for a word, which can be taken back', async () => {
  const { page, sight } = await desk();
  const waiting = await differenceShown(page);
  await accessible(page);
  await waiting.getByRole('button', { name: '反映する' }).click();
  await page.locator('.person .big', { hasText: '吉之助' }).waitFor();
  assert.equal(await waiting.count(), 0);
  await page.getByRole('button', { name: '違いについて決めたを元に戻す' }).first().click();
  await confirmed(page, '元に戻す');
  await page.locator('.person .big', { hasText: '𠮷之助' }).waitFor();
  assert.equal(await waiting.count(), 1);
  sight.clean();
});

test('a new insurer is another period of the history, and the ratio is flagged', async () => {
  const { page, sight } = await desk();
  await go(page, '#/chart/3', '.timeline li');
  assert.equal(await page.locator('.timeline li').count(), 2);
  assert.match(await page.locator('.timeline li.now').innerText(), /全国健康保険協会東京支部/);
  assert.match(await page.locator('.timeline li.past').innerText(), /2026-10-31/);
  await go(page, '#/chart/1', '.person');
  await page.locator('.box.warning', { hasText: '負担割合が変わりました: 3割 → 2割' }).waitFor();
  sight.clean();
});

test('a result that is not valid changes nothing and says what to do next', async () => {
  const { page, sight } = await desk();
  await go(page, `#/chart/2/${result(8)}`, '.person');
  await page.getByText('資格が有効ではありません').first().waitFor();
  await page.getByText('カルテの保険は変えていません').first().waitFor();
  sight.clean();
});

test('every element has its label and its meaning, the raw answer stands beside', async () => {
  const { page, sight } = await desk();
  await go(page, '#/chart/1', '.person');
  await page.getByRole('button', { name: '元のデータと証明' }).first().click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByText('先頭の0も番号の一部です').waitFor();
  await dialog.getByText('元のデータ（サービスから届いたまま）').click();
  assert.match(await dialog.locator('pre').first().innerText(), /InsuredIdentificationNumber/);
  await accessible(page);
  await page.keyboard.press('Escape');
  sight.clean();
});

/** What the page says of the n-th newest result's proof. */
async function proofSaid(page, n) {
  await page.getByRole('button', { name: '元のデータと証明' }).nth(n).click();
  const dialog = page.locator('dialog[open]');
  const said = await dialog.locator('.box', { hasText: '署名を確認' }).innerText();
  await dialog.getByText('元のデータ（サービスから届いたまま）').click();
  const raw = await dialog.locator('pre').first().innerText();
  await accessible(page);
  await page.keyboard.press('Escape');
  return { said, raw };
}

test('the signature is checked offline; a stored answer that was changed does not match', async () => {
  const { page, sight } = await desk();
  await go(page, '#/chart/1', '.person');
  const changed = await proofSaid(page, 0); // fill.c changed its ratio
  assert.match(changed.said, /✕ 署名を確認できません。保存してある内容が、サービスの署名と合いません[\s\S]*もう一度カードで確認/);
  assert.match(changed.raw, /"InsuredPartialContributionRatio": "030"/);
  assert.match((await proofSaid(page, 1)).said, /この署名の鍵が、このPCにありません[\s\S]*ログイン/);
  await go(page, '#/chart/2', '.person');
  await page.locator('.person', { hasText: '花子' }).waitFor();
  assert.match((await proofSaid(page, 0)).said, /✓ 署名を確認しました[\s\S]*2026-11-22[\s\S]*書き換えられていません/);
  await go(page, '#/chart/3', '.person');
  await page.locator('.person', { hasText: '太郎' }).waitFor();
  assert.match((await proofSaid(page, 1)).said, /この結果には証明がついていません/);
  sight.clean();
});

test('somebody says whose it is; the spelling is remembered; and it is taken back', async () => {
  const { page, sight } = await desk();
  await go(page, `#/decide/${result(6)}`, '.candidate');
  await accessible(page);
  const candidate = page.locator('.candidate');
  assert.match(await candidate.innerText(), /姓が違い、名が同じ[\s\S]*生年月日が同じ[\s\S]*氏名が違う/);
  assert.equal(await page.locator('button.primary').count(), 0); // nothing is chosen beforehand
  await candidate.getByRole('button', { name: 'この患者です' }).click();
  await page.locator('.person').waitFor();
  await page.getByText('同じ人とわかっている書き方').waitFor();
  await page.locator('tr', { hasText: '11/21' }).getByRole('button', { name: 'カルテから外す' }).click();
  await confirmed(page, '外す');
  await page.locator('.candidate').waitFor();
  await go(page, '#/chart/2', '.person');
  assert.equal(await page.getByText('同じ人とわかっている書き方').count(), 0);
  sight.clean();
});

test('among several qualifications somebody chooses, and a new patient is made on purpose', async () => {
  const { page, sight } = await desk();
  await go(page, `#/decide/${result(7)}`, '.screen.decide .footing');
  await page.getByRole('button', { name: '新しい患者として登録' }).click();
  await page.getByText('使う保険を選んでください').waitFor();
  await accessible(page);
  await page.getByRole('radio').first().check();
  await page.getByRole('button', { name: '新しい患者として登録' }).click();
  if (await page.locator('dialog[open]').count()) await confirmed(page, '新しい患者として登録');
  await page.locator('.person', { hasText: '次郎' }).waitFor();
  sight.clean();
});

test('a chart by hand: errors by field, a doubtful 公費 is told and taken', async () => {
  const { page, sight } = await desk();
  await go(page, '#/chart/new', '.chart-form');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.locator('.field-error:visible', { hasText: '氏名かカナ氏名' }).waitFor();
  await accessible(page);
  await page.getByLabel('カナ氏名').fill('タナカ　ジロウ');
  await page.getByLabel('生年月日').fill('S45.1.1');
  await page.getByLabel('公費1 負担者番号').fill('１２１３０００９');
  await page.keyboard.press('Enter');
  await page.locator('dialog', { hasText: '検証番号' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.person', { hasText: 'タナカ' }).waitFor();
  await page.getByText('番号を確かめてください').waitFor();
  sight.clean();
});

test('two windows: the second is told what changed, and keeps what it typed', async () => {
  const { page, open, sight } = await desk();
  const other = await open();
  await go(page, '#/chart/2', '.person');
  await go(other.page, '#/chart/2', '.person');
  for (const one of [page, other.page]) {
    await one.keyboard.press('F7');
    await one.locator('.chart-form').waitFor();
  }
  await page.getByLabel('電話').fill('03-0000-0000');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.locator('.person').waitFor();
  await other.page.getByLabel('メモ').fill('左肩');
  await other.page.getByRole('button', { name: '保存する' }).click();
  await other.page.locator('.field-error:visible', { hasText: '03-0000-0000' }).waitFor();
  assert.equal(await other.page.getByLabel('電話').inputValue(), '03-0000-0000');
  assert.equal(await other.page.getByLabel('メモ').inputValue(), '左肩');
  sight.clean();
});

/** As somebody without a mouse: Tab until the button has the focus, then Enter. */
async function press(page, text) {
  for (let i = 0; i < 200; i++) {
    if ((await page.evaluate(() => document.activeElement?.textContent ?? '')).startsWith(text)) return page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
  }
  return assert.fail(`no way to ${text} by Tab`);
}

/** Through the dialog that looks for a chart, by the keyboard. */
async function choose(page, text, line) {
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('カルテをさがす').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
  await until(page, `document.querySelectorAll('dialog .choices button').length === 1 && document.querySelector('dialog .choices button').textContent.includes(${JSON.stringify(line)})`);
  await accessible(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

test('two charts of one person become one, and two again, by the keyboard', async () => {
  const { page, sight } = await desk();
  await go(page, '#/chart/3', '.person');
  await press(page, 'ほかのカルテとまとめる');
  await choose(page, 'ササキ', 'カルテ 1');
  const question = page.locator('dialog', { hasText: '残す: カルテ 1' });
  await question.getByText('生年月日が違います').waitFor();
  await accessible(page);
  await question.getByLabel('理由').focus();
  await page.keyboard.insertText('改姓');
  await page.keyboard.press('Enter');
  await page.locator('.person', { hasText: '佐々木' }).waitFor();
  assert.equal(await page.locator('.timeline li').count(), 3);
  await page.locator('.changes', { hasText: '理由: 改姓' }).waitFor();
  await press(page, '元に戻す');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Enter');
  await until(page, "document.querySelectorAll('.timeline li').length === 1");
  await go(page, '#/chart/3', '.person');
  await page.getByRole('button', { name: '書き直す' }).waitFor();
  sight.clean();
});

test('a result goes to another chart, and back, by the keyboard', async () => {
  const { page, sight } = await desk();
  await go(page, '#/chart/3', '.person');
  const results = () => page.locator('table[aria-label="確認の記録"] tbody tr').count();
  const before = await results();
  await press(page, '別のカルテへ');
  await choose(page, '1', 'カルテ 1');
  await page.locator('dialog', { hasText: 'カルテ 1 の結果にしますか' }).getByText('生年月日が違います').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.person', { hasText: '佐々木' }).waitFor();
  await until(page, "document.querySelector('table[aria-label=\"確認の記録\"]').textContent.includes('全国健康保険協会東京支部')");
  await go(page, '#/chart/3', '.person');
  assert.equal(await results(), before - 1);
  await go(page, '#/chart/1', '.person');
  await press(page, '元に戻す');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Enter');
  await until(page, "!document.querySelector('table[aria-label=\"確認の記録\"]').textContent.includes('11/8')");
  sight.clean();
});

test('an insurance is written by hand, put right and ended; a doubtful number is told and taken', async () => {
  const { page, sight } = await desk();
  await go(page, '#/chart/2', '.person');
  await page.keyboard.press('F6');
  await page.locator('.chart-form').waitFor();
  await page.getByRole('button', { name: '保存する' }).click();
  await page.locator('.error-summary', { hasText: '保険者番号' }).waitFor();
  await accessible(page);
  await page.getByLabel('保険者番号').fill('０１１３００１３');
  await page.getByLabel('番号', { exact: false }).nth(1).waitFor();
  await page.locator('input[name=number]').fill('0077');
  await page.locator('input[name=begins]').fill('R8.11.1');
  await page.locator('input[name=why]').fill('資格確認書を見て');
  await page.keyboard.press('Enter');
  await page.locator('dialog', { hasText: '検証番号' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.timeline li.now', { hasText: '手で入れた保険です' }).waitFor();
  assert.match(await page.locator('.timeline li.past').first().innerText(), /2026-10-31/);
  await page.locator('.changes', { hasText: '保険を書いた' }).getByText('資格確認書を見て').waitFor();
  await page.locator('.timeline li.now').getByRole('button', { name: '終わりにする' }).click();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'closed_on');
  await page.keyboard.insertText('R8.10.1');
  await page.keyboard.press('Enter');
  await page.locator('.field-error:visible', { hasText: 'はじまる日より前' }).waitFor();
  await page.locator('input[name=closed_on]').fill('R8.11.20');
  await page.keyboard.press('Enter');
  await page.locator('.timeline li.past', { hasText: '2026-11-20' }).waitFor();
  await page.getByRole('button', { name: '保険を書いたを元に戻す' }).first().click();
  await confirmed(page, '元に戻す');
  await page.locator('.timeline li.now', { hasText: '手で入れた保険です' }).waitFor();
  sight.clean();
});

test('two windows on one insurance: the second is told, and keeps what it typed', async () => {
  const { page, open, sight } = await desk();
  const other = await open();
  for (const one of [page, other.page]) {
    await go(one, '#/chart/2', '.timeline li');
    await one.locator('.timeline li').getByRole('button', { name: '直す' }).click();
    await one.locator('.chart-form').waitFor();
  }
  await page.locator('input[name=symbol]').fill('千国改');
  await page.keyboard.press('Enter');
  await page.locator('.timeline li', { hasText: '千国改' }).waitFor();
  await other.page.locator('input[name=insurer_name]').fill('千代田区国保');
  await other.page.keyboard.press('Enter');
  await other.page.locator('.field-error:visible', { hasText: '千国改' }).waitFor();
  assert.equal(await other.page.locator('input[name=insurer_name]').inputValue(), '千代田区国保');
  await other.page.locator('input[name=insurer_name]').focus();
  await other.page.keyboard.press('Enter');
  await other.page.locator('.timeline li', { hasText: '千代田区国保' }).waitFor();
  sight.clean();
});

/* --- nothing typed is lost --- */

/** As after a power cut: what the store holds now is all there is. A new window of a new program. */
async function restarted(station) {
  const again = await Station.start({ prepare: (home) => {
    for (const file of fs.readdirSync(station.home).filter((one) => /\.db/.test(one))) fs.copyFileSync(path.join(station.home, file), path.join(home, file));
  } });
  undo.push(() => again.stop());
  const window = await windowOpen(browser, again.open);
  undo.push(() => window.close());
  await unlock(window.page);
  return window;
}

const FORMS = [
  { name: 'a chart', address: '#/chart/2', open: 'F7', field: 'telephone', box: '書きかけがあります: 書き直し' },
  { name: 'a new insurance', address: '#/chart/2', open: 'F6', field: 'insurer_name', box: '書きかけがあります: 保険を加える' },
  { name: 'a new chart', address: '#/chart/new', field: 'kana', list: '#/patients', box: '書きかけの新しいカルテがあります' },
];
for (const { name: what, address, open: key, field: input, list, box } of FORMS) {
  test(`${what} that is being typed outlives a lock and a restart, sealed in the store`, async () => {
    const { page, station, sight } = await desk();
    await go(page, address, key ? '.person' : '.chart-form');
    if (key) await page.keyboard.press(key);
    await page.locator(`input[name=${input}]`).fill('書きかけの内容');
    for (const kind of ['session', 'results']) await station.event(kind); // a session that ends, a result that comes
    await page.keyboard.press('F9');
    await page.getByText('画面ロック中').waitFor();
    await unlock(page);
    assert.equal(await page.locator(`input[name=${input}]`).inputValue(), '書きかけの内容');
    assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
    sight.clean();
    const again = await restarted(station);
    await go(again.page, list ?? address, '.drafts');
    await again.page.locator('.drafts', { hasText: box }).waitFor();
    await accessible(again.page);
    await again.page.locator('.drafts').getByText('続きを書く').click();
    await again.page.getByText('書きかけの内容を戻しました').waitFor();
    assert.equal(await again.page.locator(`input[name=${input}]`).inputValue(), '書きかけの内容');
    await accessible(again.page);
    await again.page.getByRole('button', { name: 'やめる' }).click();
    await again.page.locator('.chart-form').waitFor({ state: 'detached' });
    await go(again.page, list ?? '#/patients', '.screen.patients');
    assert.equal(await again.page.locator('.drafts').count(), 0);
    again.sight.clean();
  });
}

test('what is chosen in 要判断 outlives a restart too', async () => {
  const { page, station, sight } = await desk();
  await go(page, `#/decide/${result(7)}`, '.screen.decide .footing');
  await page.getByRole('radio').nth(1).check();
  await page.keyboard.press('F9');
  await page.getByText('画面ロック中').waitFor();
  sight.clean();
  const again = await restarted(station);
  await go(again.page, `#/decide/${result(7)}`, '.screen.decide .footing');
  assert.ok(await again.page.getByRole('radio').nth(1).isChecked());
  again.sight.clean();
});

test('what is typed for one facility is in no form of the other', async () => {
  const { page, sight } = await desk();
  await go(page, '#/chart/new', '.chart-form');
  await page.locator('input[name=kana]').fill('カキカケ');
  await facilityChoose(page, 1);
  await until(page, "document.querySelector('input[name=kana]')?.value === ''");
  await facilityChoose(page, 0);
  await until(page, "document.querySelector('input[name=kana]')?.value === 'カキカケ'");
  sight.clean();
});

test('another facility is chosen while what is typed is on its way: nothing waits for it', async () => {
  const { page, sight } = await desk();
  const letGo = await answerHold(page, 'draft_put');
  await go(page, '#/chart/new', '.chart-form');
  const asked = page.waitForRequest('**/api/draft_put');
  await page.locator('input[name=kana]').fill('カキカケ');
  await asked;
  await page.locator('input[name=kana]').fill('カキカケル');
  await facilityChoose(page, 1);
  letGo();
  await until(page, "document.querySelector('input[name=kana]')?.value === ''");
  await until(page, "import('/drafts.js').then(({ draftsBehind }) => !draftsBehind())"); // stored, though another one is shown
  await facilityChoose(page, 0);
  await until(page, "document.querySelector('input[name=kana]')?.value === 'カキカケル'");
  await page.locator('input[name=kana]').fill('カキカケタ');
  await page.keyboard.press('F9');
  await unlock(page);
  await until(page, "document.querySelector('input[name=kana]')?.value === 'カキカケタ'");
  sight.clean();
});

/** A screen is left before its answer has come, for `next`; then the answer comes. */
async function leftEarly(page, call, address, next, content) {
  const letGo = await answerHold(page, call);
  const [held] = await Promise.all([page.waitForRequest(`**/api/${call}`), page.evaluate((to) => { window.location.hash = to; }, address)]);
  await go(page, '#/login', '.screen.login');
  await go(page, next, content);
  letGo();
  await (await held.response()).finished();
  await page.waitForTimeout(100);
}

/** F7 is for the chart that is seen. */
async function chartStays(page) {
  await leftEarly(page, 'chart', '#/chart/1', '#/chart/2', '.person');
  await page.keyboard.press('F7');
  await page.locator('.chart-form').waitFor();
}

test('a screen that was left before it was drawn leaves the next one alone', async () => {
  const { page, sight } = await desk();
  await page.evaluate(() => { window.print = () => { window.printed = true; }; });
  await leftEarly(page, 'facilities', '#/settings', '#/settings/facilities', '.entries');
  await page.getByRole('button', { name: 'みほん鍼灸マッサージ院 をしまう' }).click();
  await confirmed(page, 'しまう');
  await page.getByText('しまってあります').waitFor();
  await leftEarly(page, 'staff', '#/settings/staff', '#/settings/staff', '.entries');
  await page.getByRole('button', { name: '職員を加える' }).click();
  await page.getByLabel('担当者の番号').waitFor();
  await leftEarly(page, 'keep', '#/settings/backup', '#/settings/backup', '.card >> text=場所を決める');
  await page.getByRole('button', { name: '場所を決める' }).click();
  await page.getByLabel('バックアップを入れるフォルダー').waitFor();
  await leftEarly(page, 'monthly', '#/month', '#/month', '.screen.month .list');
  await page.keyboard.press('F8');
  assert.ok(await page.evaluate(() => window.printed));
  await leftEarly(page, 'charts', '#/patients', '#/patients', '.screen.patients tbody tr[data-index]');
  await page.keyboard.press('F2');
  await page.keyboard.type('やまもと');
  await until(page, "document.querySelectorAll('.screen.patients tbody tr[data-index]').length === 1");
  await leftEarly(page, 'results', '#/results', '#/results', '.screen.results tbody tr[data-index]');
  await page.keyboard.press('F2');
  await page.keyboard.type('やまもと');
  await until(page, "[...document.querySelectorAll('.screen.results tbody tr[data-index]')].every((row) => row.textContent.includes('山本'))");
  await leftEarly(page, 'import_state', '#/import', '#/import', '.screen.import input[type=file]');
  await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('氏名,カナ\n見本 花子,ミホン ハナコ\n') });
  await page.locator('table.columns').waitFor();
  await leftEarly(page, 'decide', `#/decide/${result(7)}`, `#/decide/${result(7)}`, '.screen.decide .footing');
  await page.keyboard.press('F2');
  await confirmed(page, 'やめる');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await chartStays(page);
  sight.clean();
});

test('control: a chart that comes late and takes the keys is found out', async () => {
  const { station } = await desk();
  const faulty = await windowOpen(browser, station.open, { prepare: pageFault({ file: 'workstation/screens/chart.js', from: 'if (shown?.root !== root) return;', to: '' }) });
  undo.push(() => faulty.close());
  patienceEnd(faulty.page);
  await assert.rejects(chartStays(faulty.page), /chart-form/);
});
