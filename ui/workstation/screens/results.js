// SPDX-License-Identifier: Apache-2.0
// 届いた結果: what came, what became of it, what somebody has to look at. One line a person and day;
// the keyboard goes through it without the mouse.
import { announce, el, fill, focusFirst, isComposing, mark, name } from '/common/dom.js';
import { dayParse, dayShort, dayText } from '/common/format.js';
import { field } from '/common/fields.js';
import { paper } from '/common/paper.js';
import { table } from '/common/table.js';
import { call } from '../api.js';
import { conflictsShow } from '../conflicts.js';
import { exportBeside } from '../export.js';
import { keepBox, onKeep } from '../keep.js';
import { linesOf } from '../lines.js';
import { birth, dayOf, memberText, methodWord, person, ratioText, statusMark, statuses, timeText, two } from '../results.js';
import { ageBox, onSession, overdueBox, sessionRefresh } from '../session.js';

export const title = '届いた結果';

const SEARCH_MS = 200, JST_MS = 9 * 36e5;
const periods = [
  { value: 'all', text: 'すべて' }, { value: 'today', text: '今日' }, { value: 'week', text: '今週' },
  { value: 'month', text: '今月' }, { value: 'last', text: '先月' },
];
const kept = { search: '', period: 'all', status: '', sort: { key: 'at', down: true }, opened: new Set() };
let here = null; // what is on the screen

export const keys = {
  F2: { text: '検索', run: () => { here?.search.input.focus(); here?.search.input.select(); } },
  F5: { text: '受け取る', run: (app) => app.go('request', 'new') },
  F8: { text: '印刷', run: () => here?.print() },
};

/* --- what is asked for --- */

function dateOf(day) {
  return new Date(Date.UTC(Math.floor(day / 10000), Math.floor(day / 100) % 100 - 1, day % 100));
}
const dayFrom = (date) => date.getUTCFullYear() * 10000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();

/** First and last day, from today's; both 0: all. */
function between(period, today) {
  const date = dateOf(today);
  const month = (back) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1));
  if (period === 'today') return [today, today];
  if (period === 'week') return [dayFrom(new Date(date - (date.getUTCDay() + 6) % 7 * 864e5)), today];
  if (period === 'month') return [dayFrom(month(0)), today];
  if (period === 'last') return [dayFrom(month(1)), dayFrom(new Date(month(0) - 864e5))];
  return [0, 0];
}

function wish(today) {
  const [from, to] = between(kept.period, today);
  const search = kept.search.trim();
  return { from, to, status: kept.status, search, day: search ? dayParse(search) ?? 0 : 0 };
}

/* --- lines: one a person and day --- */

const order = Object.keys(statuses);
const urgency = (row) => (row.status === 'invalid' || row.status === 'linked' ? order.length : order.indexOf(row.status));

const sorts = {
  at: (row) => row.at,
  status: (row) => String(order.indexOf(row.status)),
  kana: (row) => (row.kana ?? row.name ?? '').normalize('NFKC'),
  birth: (row) => row.birth ?? '',
  insurer: (row) => row.insurer_number ?? '',
  reference: (row) => (row.reference ?? '').padStart(50, ' '),
};

function sorted(lines) {
  const { key, down } = kept.sort;
  const by = sorts[key];
  const compare = new Intl.Collator('ja').compare;
  return lines.sort((a, b) => (down ? -1 : 1) * compare(by(a), by(b)) || compare(b.at, a.at));
}

/** An opened line is followed by each of its results. */
const unfolded = (lines) => lines.flatMap((line) => (kept.opened.has(line.id) && line.all.length > 1
  ? [line, ...line.all.map((row) => ({ ...row, result: row.id, id: `${line.id}/${row.id}`, under: line.id }))]
  : [line]));

/* --- cells --- */

function when(row, today) {
  const time = timeText(row.at);
  if (row.under) return two(`└ ${time}`, methodWord(row.method));
  const first = dayOf(row.at) === today ? `今日 ${time}` : `${dayShort(dayOf(row.at))} ${time}`;
  const times = row.all.length;
  if (times < 2) return two(first, methodWord(row.method));
  const isOpen = kept.opened.has(row.id);
  return two(first, el('button', {
    type: 'button', class: 'quiet', tabindex: '-1', 'aria-expanded': String(isOpen), onclick: () => unfold(row, !isOpen),
  }, `${isOpen ? '▼' : '▶'} この日 ${times}回`));
}

const columns = () => [
  { key: 'status', title: '状態', sort: true, class: 'c-status', cell: (row) => statusMark(row.status) },
  { key: 'at', title: '確認日時', sort: true, class: 'c-at', cell: (row) => when(row, here?.today) },
  { key: 'kana', title: '氏名・カナ', sort: true, class: 'c-name', cell: person },
  { key: 'birth', title: '生年月日', sort: true, class: 'c-birth', cell: birth },
  { key: 'insurer', title: '保険者／記号・番号・枝番', sort: true, class: 'c-insurer', cell: (row) => two(name(row.insurer_name), memberText(row)) },
  { key: 'validity', title: '有効性・割合', class: 'c-validity', cell: (row) => two(row.validity ?? '－', ratioText(row.ratio)) },
  { key: 'reference', title: '照会番号', sort: true, class: 'c-reference', cell: (row) => row.reference ?? '－' },
];

function unfold(row, open) {
  const id = row.under ?? row.id;
  if (open) kept.opened.add(id);
  else kept.opened.delete(id);
  draw();
  here.list.focus();
}

function openPerson(row, app) {
  if (row.status === 'asks' || !row.chart) app.go('decide', row.result);
  else app.go('chart', String(row.chart), row.result);
}

/* --- the screen --- */

function head() {
  const { answer } = here;
  fill(here.head, el('span', {}, '今日 ', el('strong', {}, `${answer.today}件`)), answer.asks
    ? el('button', { type: 'button', class: 'plain', onclick: () => choose('status', 'asks') }, mark('attention', '●', `要確認 ${answer.asks}件`))
    : mark('success', '✓', '要確認はありません'));
}

function emptyNote(app) {
  if (!here.answer.all) {
    return [el('p', {}, 'まだ結果が届いていません。受付で患者さんのカードを読み取ると、ここに並びます。'),
      el('p', {}, '読み取ったのに出てこないときは、受け取ってみてください。'),
      el('p', {}, el('button', { type: 'button', onclick: () => keys.F5.run(app) }, '受け取る', el('kbd', {}, 'F5')))];
  }
  return [el('p', {}, 'この条件に合う結果はありません。'), el('p', {}, el('button', { type: 'button', onclick: reset }, '条件をすべて外す'))];
}

function draw() {
  here.list.set(unfolded(sorted(linesOf(here.answer.results, urgency))), { sort: kept.sort, empty: emptyNote(here.app) });
  fill(here.more, here.answer.more && el('p', { class: 'hint' }, `新しいほうから${here.answer.results.length}件を出しています。検索や期間でしぼってください。`));
}

/** Only the last of several questions on their way is answered. */
async function ask() {
  if (!here) return; // a timer of a screen that was left
  const mine = ++here.turn, screen = here;
  const answer = await call('results', wish(screen.today));
  if (here !== screen || mine !== screen.turn) return;
  Object.assign(screen, { answer, today: answer.on });
  head();
  draw();
}

function choose(what, value) {
  kept[what] = value;
  here[what].set(value);
  here.app.run(ask);
}

function reset() {
  Object.assign(kept, { search: '', period: 'all', status: '' });
  for (const one of ['search', 'period', 'status']) here[one].set(kept[one]);
  here.app.run(ask);
  here.search.input.focus();
}

function controls(app) {
  const search = field({ name: 'search', label: '検索 F2', value: kept.search, size: 20 });
  const period = field({ name: 'period', label: '確認した日', type: 'choice', options: periods, value: kept.period });
  const status = field({ name: 'status', label: '状態', type: 'choice', value: kept.status,
    options: [{ value: '', text: 'すべて' }, ...Object.entries(statuses).map(([value, { shape, word }]) => ({ value, text: `${shape} ${word}` }))] });
  let timer;
  search.input.setAttribute('placeholder', 'カナ・氏名・番号・日付');
  search.input.setAttribute('aria-keyshortcuts', 'F2');
  search.input.addEventListener('input', (event) => {
    if (isComposing(event)) return;
    kept.search = search.input.value;
    clearTimeout(timer);
    timer = setTimeout(() => app.run(ask), SEARCH_MS);
  });
  search.input.addEventListener('compositionend', () => { kept.search = search.input.value; app.run(ask); });
  search.input.addEventListener('keydown', (event) => {
    if (isComposing(event) || (event.key !== 'Enter' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    clearTimeout(timer);
    app.run(async () => { await ask(); here?.list.focus(); });
  });
  period.input.addEventListener('change', () => choose('period', period.input.value));
  status.input.addEventListener('change', () => choose('status', status.input.value));
  return { search, period, status };
}

/** Receive as they come; there only where there is somebody to receive from. */
function automaticSwitch(app) {
  const box = el('input', { type: 'checkbox', onchange: () => app.run(async () => {
    await call('receive_automatic', { on: box.checked });
    await sessionRefresh(app);
  }) });
  const node = el('label', { class: 'automatic no-print', hidden: true }, box, '自動で受け取る');
  const leave = onSession((state) => {
    node.hidden = !state.service;
    if (document.activeElement !== box) box.checked = Boolean(state.automatic);
  });
  return { node, leave };
}

const paperColumns = [
  { title: '確認日時', cell: (row) => `${dayShort(dayOf(row.at))} ${timeText(row.at)}` },
  { title: '方法', cell: (row) => methodWord(row.method) },
  { title: '氏名・カナ', cell: person },
  { title: '生年月日・性別', cell: birth },
  { title: '保険者／記号・番号・枝番', cell: (row) => two(name(row.insurer_name), memberText(row)) },
  { title: '有効性・割合', cell: (row) => two(row.validity ?? '－', ratioText(row.ratio)) },
  { title: '照会番号', cell: (row) => row.reference ?? '－' },
  { title: '状態', cell: (row) => statusMark(row.status) },
];

function sheet() {
  return paper({ columns: paperColumns, make: () => ({
    title: '届いた資格確認結果',
    notes: [`${dayText(here.today)} 現在　確認した日: ${periods.find((one) => one.value === kept.period).text}　${here.list.rows().length}行`],
    rows: here.list.rows(),
  }) });
}

function foldKeys(event) {
  const row = here.list.selected();
  if (isComposing(event) || !row || !event.target.closest('tr[data-index]')) return;
  if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
  event.preventDefault();
  unfold(row, event.key === 'ArrowRight');
}

/** What is not as it should be: results that go, how old this is, no backup. */
function noticesFollow(node) {
  const told = {};
  const draw = () => fill(node, [told.session && overdueBox(told.session), told.session && ageBox(told.session), keepBox(told.keep)]);
  const leaves = [onSession((state) => { told.session = state; draw(); }), onKeep((state) => { told.keep = state; draw(); })];
  return () => { for (const leave of leaves) leave(); };
}

export async function show(root, params, app, leaving) {
  const printed = sheet();
  const list = table({
    label: title, columns: columns(), rowHeight: 64, open: (row) => openPerson(row, app),
    rowClass: (row) => (row.under ? 'under' : null),
    onsort: (key) => {
      kept.sort = { key, down: kept.sort.key === key ? !kept.sort.down : key === 'at' };
      draw();
      announce(`${kept.sort.down ? '降順' : '昇順'}に並べました`);
    },
  });
  const parts = { notices: el('div', { class: 'notices no-print' }), conflicts: el('div', { class: 'no-print' }), head: el('p', { class: 'headline' }), more: el('div', {}), ...controls(app) };
  const automatic = automaticSwitch(app);
  here = { app, list, print: printed.print, turn: 0, today: dayFrom(new Date(app.state.now_ms + JST_MS)), ...parts };
  list.node.classList.add('list');
  list.node.addEventListener('keydown', foldKeys);
  root.append(exportBeside(app, () => ({ list: 'results', what: wish(here.today), fileName: '資格確認結果' }), automatic.node),
    parts.notices, parts.conflicts,
    el('div', { class: 'tools no-print' }, parts.search.node, parts.period.node, parts.status.node, parts.head,
      el('span', { class: 'grow' }), el('button', { type: 'button', onclick: printed.print }, '印刷', el('kbd', {}, 'F8')),
      el('button', { type: 'button', class: 'primary', onclick: () => keys.F5.run(app) }, '受け取る', el('kbd', {}, 'F5'))),
    parts.more, list.node, printed.node);
  const leave = noticesFollow(parts.notices);
  leaving(() => { automatic.leave(); printed.end(); leave(); here = null; });
  await ask();
  await conflictsShow(parts.conflicts, app);
  focusFirst(root, list);
}

export async function refresh(event) {
  if (!here || !['results', 'receive', 'queue', 'all'].includes(event.kind)) return;
  await ask();
  await conflictsShow(here?.conflicts, here?.app);
}
