// SPDX-License-Identifier: Apache-2.0
// 患者: every chart of this facility, found by kana, name, number or day.
import { el, fill, name } from '/common/dom.js';
import { countText, dayParse, dayShort, momentText } from '/common/format.js';
import { draftOf } from '/common/fields.js';
import { table } from '/common/table.js';
import { call } from '../api.js';
import { exportBeside } from '../export.js';
import { today } from './person.js';

export const title = '患者';

let search = null; // of what is shown: {input, again}
let typed = ''; // kept while a chart is looked at

export const keys = {
  F2: { run: () => { search?.input.focus(); search?.input.select(); } },
  F4: { run: (app) => app.go('chart', 'new') },
};

const columns = (day) => [
  { key: 'number', title: '番号', class: 'number', cell: (row) => String(row.number) },
  { key: 'name', title: '氏名', cell: (row) => [name(row.name ?? '（氏名なし）'), row.away && el('span', { class: 'mark plain' }, 'しまってあります')] },
  { key: 'kana', title: 'カナ', cell: (row) => name(row.kana) },
  { key: 'birth', title: '生年月日', cell: (row) => dayShort(row.birth) },
  { key: 'sex', title: '性別', cell: (row) => row.sex ?? '' },
  { key: 'insurer', title: '保険者', cell: (row) => name(row.insurer_name) },
  { key: 'member', title: '記号・番号・枝番', cell: (row) => [row.symbol, row.member, row.branch].filter(Boolean).join(' ') },
  { key: 'confirmed', title: '最後の確認', cell: (row) => momentText(row.confirmed_at, day) },
];

export async function show(root, params, app, leaving) {
  const input = el('input', { type: 'search', id: 'patients-search', value: typed, autocomplete: 'off', spellcheck: 'false', size: 30, 'aria-describedby': 'patients-hint' });
  const away = el('input', { type: 'checkbox', id: 'patients-away' });
  const found = el('p', { class: 'hint', 'aria-live': 'polite' });
  const list = table({
    label: '患者の一覧', columns: columns(today()), rowId: (row) => row.number,
    open: (row) => app.go('chart', row.number),
    empty: [el('p', {}, '見つかりませんでした。'), el('p', {}, '氏名の一部、カナ、生年月日（S45.1.1）、カルテや保険の番号でさがせます。新しい患者さんは「新しいカルテ」から。')],
  });
  let turn = 0;
  const wish = () => {
    const day = dayParse(typed);
    return { text: typed.trim(), away: away.checked, ...(day ? { birth: String(day) } : {}) };
  };
  async function again() {
    const mine = ++turn;
    typed = input.value;
    const answer = await call('charts', wish());
    if (mine !== turn) return;
    list.set(answer.charts);
    found.textContent = answer.more ? `はじめの${countText(answer.charts.length)}人です。文字を足すとしぼれます。` : `${countText(answer.charts.length)}人`;
  }
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => app.run(again), 150); };
  input.addEventListener('input', (event) => { if (!event.isComposing) soon(); });
  input.addEventListener('compositionend', soon);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' && !event.isComposing) { event.preventDefault(); list.focus(); }
  });
  away.addEventListener('change', soon);
  fill(root, exportBeside(app, () => ({ list: 'charts', what: wish(), fileName: '患者一覧' }),
    el('button', { type: 'button', onclick: () => app.go('import') }, '一覧を取り込む')), el('div', { class: 'tools' },
    el('label', { for: 'patients-search' }, '検索', el('kbd', {}, 'F2')), input,
    el('span', { class: 'hint', id: 'patients-hint' }, 'カナ・氏名・番号・生年月日'),
    el('label', { class: 'inline' }, away, 'しまったカルテも'), el('span', { class: 'grow' }),
    el('button', { type: 'button', onclick: () => app.go('chart', 'new') }, '新しいカルテ', el('kbd', {}, 'F4'))),
  draftOf('chart/new') && el('p', { class: 'box warning drafts' }, el('strong', {}, '書きかけの新しいカルテがあります。'), ' ', el('a', { href: '#/chart/new' }, '続きを書く')), found, list.node);
  search = { input, again };
  leaving(() => { search = null; clearTimeout(timer); });
  input.focus();
  await again();
}

export const refresh = (event) => (['charts', 'results', 'all'].includes(event.kind) ? search?.again() : undefined);
