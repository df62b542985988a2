// SPDX-License-Identifier: Apache-2.0
// CSVに書き出す: what a list shows, and all of it, into a file for a spreadsheet. What the charset
// cannot hold is told by row before anything is saved.
import { el, fill, mark, name as nameOf } from '/common/dom.js';
import { ask as askInDialog } from '/common/dialog.js';
import { countText } from '/common/format.js';
import { call } from './api.js';

const charsets = [
  { value: 'utf8', text: 'UTF-8', hint: 'すべての文字が残ります。ExcelやGoogleスプレッドシートで開けます。' },
  { value: 'cp932', text: 'Shift_JIS', hint: '古いソフトに取り込むときに選びます。ない文字は「〓」になります。' },
];
let kept = 'utf8'; // as it was chosen last

/** Give the browser a file to save. */
export function fileSave(blob, fileName) {
  const address = URL.createObjectURL(blob);
  el('a', { href: address, download: fileName }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/* --- what it will be --- */

const lostTable = (lost) => el('div', { class: 'lost', tabindex: '0', role: 'region', 'aria-label': '失われる文字' },
  el('table', {}, el('thead', {}, el('tr', {}, ['行', '氏名', '欄', 'ない文字'].map((text) => el('th', { scope: 'col' }, text)))),
    el('tbody', {}, lost.map((one) => el('tr', {}, el('td', {}, String(one.row)), el('td', {}, nameOf(one.name)),
      el('td', {}, one.column), el('td', {}, el('bdi', {}, one.characters)))))));

function found({ rows, lost, lost_count }) {
  if (!rows) return [el('p', {}, '書き出す行がありません。')];
  const count = el('p', {}, `${countText(rows)}行を書き出します。`);
  if (!lost_count) return [count, el('p', {}, mark('success', '✓', '失われる文字はありません。'))];
  return [count,
    el('p', {}, mark('attention', '！', `Shift_JISにない文字が${countText(lost_count)}か所あり、「〓」に変わります。`)),
    lostTable(lost), lost_count > lost.length && el('p', {}, `ほかに${countText(lost_count - lost.length)}か所あります。`)];
}

/** The dialog's inside; the button to save waits for an answer about the charset that is chosen. */
function inside(list, what, app) {
  const status = el('div', { class: 'export-found', 'aria-live': 'polite' });
  const self = { look: null };
  let turn = 0;
  const button = () => self.node.closest('dialog')?.querySelector('.buttons .primary');
  async function look() {
    const mine = ++turn;
    self.look = null;
    if (button()) button().disabled = true;
    fill(status, el('p', {}, '書き出す内容を確かめています…'));
    const answer = await call('export_look', { list, charset: kept, ask: what });
    if (mine !== turn) return;
    fill(status, found(answer));
    self.look = answer;
    if (button()) button().disabled = !answer.rows;
  }
  const choose = (value) => { kept = value; app.run(look); };
  self.node = el('div', { class: 'export' },
    el('fieldset', {}, el('legend', {}, '文字の種類'), charsets.map(({ value, text, hint }) => el('label', { class: 'choice' },
      el('input', { type: 'radio', name: 'charset', value, checked: value === kept, onchange: () => choose(value) }),
      el('span', {}, text, el('small', { class: 'hint' }, hint))))),
    status,
    el('ul', { class: 'hint' },
      el('li', {}, '患者さんの個人情報が入ったファイルです。使い終わったら消してください。'),
      el('li', {}, 'Excelで開くと、番号のはじめの0が見えなくなることがあります（ファイルには残っています）。'),
      el('li', {}, '「=」「-」などで始まる文字には、計算されないように「\'」が付きます。')));
  self.begin = look;
  return self;
}

/**
 * Ask how, and save. list, what: as of export_look; fileName: without day and ending.
 */
export async function exportAsk(app, { list, what, fileName }) {
  const body = inside(list, what, app);
  const answered = askInDialog({ title: 'CSVに書き出す', body: [body.node],
    buttons: [{ text: '保存する', value: true, primary: true }, { text: 'やめる', value: null }] });
  await body.begin();
  if (!await answered || !body.look) return;
  const file = await call('export_take', { list, charset: kept, ask: what, lost_count: body.look.lost_count });
  const today = new Date(app.state.now_ms + 9 * 36e5).toISOString().slice(0, 10).replaceAll('-', '');
  fileSave(file, `${fileName}_${today}.csv`);
}

/** The button of a list, beside its title; wish() → {list, what, fileName} of what is shown. */
export const exportBeside = (app, wish, ...others) => el('div', { class: 'beside-title no-print' }, others,
  el('button', { type: 'button', onclick: () => app.run(() => exportAsk(app, wish())) }, 'CSVに書き出す'));
