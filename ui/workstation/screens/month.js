// SPDX-License-Identifier: Apache-2.0
// 月初の確認: who came last month and has not been confirmed since; to be asked for the card at the next
// visit, or telephoned. Also on paper.
import { el, fill, focusFirst, mark, name } from '/common/dom.js';
import { field } from '/common/fields.js';
import { dayShort, dayText } from '/common/format.js';
import { paper } from '/common/paper.js';
import { table } from '/common/table.js';
import { call } from '../api.js';
import { exportBeside } from '../export.js';
import { birth, dayOf, memberText, person, two } from '../results.js';

export const title = '月初の確認';

const kept = { back: '0', sort: { key: 'confirmed', down: false } };
let here = null;

let print = null; // of what is shown
export const keys = { F8: { text: '印刷', run: () => print?.() } };

const day = (at) => (at ? dayShort(dayOf(at)) : '');
const confirmed = (row) => (row.confirmed_at ? day(row.confirmed_at) : mark('attention', '●', '有効の確認なし'));
const last = (row) => two(day(row.seen_at), row.validity ?? '');

const columns = [
  { key: 'confirmed', title: '最後の有効確認', sort: true, class: 'c-at', cell: confirmed },
  { key: 'kana', title: '氏名・カナ', sort: true, class: 'c-name', cell: person },
  { key: 'birth', title: '生年月日', class: 'c-birth', cell: birth },
  { key: 'insurer', title: '保険者／記号・番号・枝番', class: 'c-insurer', cell: (row) => two(name(row.insurer_name ?? '－'), memberText(row)) },
  { key: 'seen', title: '最後の結果', sort: true, class: 'c-validity', cell: last },
  { key: 'telephone', title: '電話', class: 'c-telephone', cell: (row) => row.telephone ?? '－' },
  { key: 'reference', title: '照会番号', class: 'c-reference', cell: (row) => row.reference ?? '－' },
];

const sorts = {
  confirmed: (row) => row.confirmed_at ?? '',
  seen: (row) => row.seen_at,
  kana: (row) => (row.kana ?? row.name ?? '').normalize('NFKC'),
};

function sorted() {
  const { key, down } = kept.sort;
  const compare = new Intl.Collator('ja').compare;
  return [...here.answer.charts].sort((a, b) => (down ? -1 : 1) * compare(sorts[key](a), sorts[key](b)) || a.chart - b.chart);
}

const monthText = (month) => dayText(month * 100 + 1).replace(/1日.*$/, '');
const before = (month) => (month % 100 === 1 ? month - 89 : month - 1);

function draw() {
  const { charts, month } = here.answer;
  here.list.set(sorted(), { sort: kept.sort, empty: [
    el('p', {}, mark('success', '✓', `${monthText(before(month))}に来た患者さんは、全員${monthText(month)}の確認がすんでいます。`)),
    el('p', {}, '月が変わって、まだ確認していない患者さんがいると、ここに並びます。')] });
  fill(here.head, charts.length ? ['まだ確認していない方 ', el('strong', {}, `${charts.length}人`)] : '');
  fill(here.explain, `${monthText(before(month))}に来た患者さんのうち、${monthText(month)}に入ってから有効の確認がない方です。次に来たときにカードを読み取ってください。`);
}

async function ask() {
  const screen = here;
  const answer = await call('monthly', { back: Number(kept.back) });
  if (here !== screen) return;
  screen.answer = answer;
  draw();
}

const paperColumns = [
  { title: '確認', cell: () => '□' },
  { title: '最後の有効確認', cell: (row) => day(row.confirmed_at) || 'なし' },
  { title: '氏名・カナ', cell: person },
  { title: '生年月日・性別', cell: birth },
  { title: '保険者／記号・番号・枝番', cell: (row) => two(name(row.insurer_name ?? '－'), memberText(row)) },
  { title: '最後の来院・結果', cell: last },
  { title: '電話', cell: (row) => row.telephone ?? '' },
];

export async function show(root, params, app, leaving) {
  const printed = paper({ columns: paperColumns, make: () => ({
    title: `月初の確認（${monthText(here.answer.month)}）`,
    notes: [here.explain.textContent, `${dayText(here.answer.on)} 現在、${here.answer.charts.length}人`],
    rows: sorted(),
  }) });
  const month = field({ name: 'month', label: '月', type: 'choice', value: kept.back,
    options: [{ value: '0', text: '今月の確認' }, { value: '1', text: '先月の確認' }] });
  month.input.addEventListener('change', () => { kept.back = month.input.value; app.run(ask); });
  const list = table({
    label: title, columns, rowHeight: 64, rowId: (row) => row.chart, open: (row) => app.go('chart', String(row.chart)),
    onsort: (key) => { kept.sort = { key, down: kept.sort.key === key && !kept.sort.down }; draw(); },
  });
  list.node.classList.add('list');
  print = printed.print;
  here = { app, list, head: el('p', { class: 'headline' }), explain: el('p', { class: 'no-print' }) };
  leaving(() => { printed.end(); print = here = null; });
  root.append(exportBeside(app, () => ({ list: 'monthly', what: { back: Number(kept.back) }, fileName: '月初の確認' })),
    here.explain, el('div', { class: 'tools no-print' }, month.node, here.head, el('span', { class: 'grow' }),
    el('button', { type: 'button', class: 'primary', onclick: printed.print }, '印刷', el('kbd', {}, 'F8'))), list.node, printed.node);
  await ask();
  focusFirst(root, list);
}

export async function refresh(event) {
  if (here && ['results', 'all'].includes(event.kind)) await ask();
}
