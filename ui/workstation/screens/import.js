// SPDX-License-Identifier: Apache-2.0
// 患者一覧の取り込み: choose a file, say what its columns are, look what would become of each row, take it.
// Nothing is stored before the last step, and the same file once more gives nothing twice.
import { el, fill, name, newId } from '/common/dom.js';
import { countText, dayShort, ratioText } from '/common/format.js';
import { ask } from '/common/dialog.js';
import { call } from '../api.js';
import { fileSave } from '../export.js';

export const title = '患者一覧の取り込み';

const STEPS = ['ファイル', '列の確認', '内容の確認', '取り込み'];
const TOLD_MAX = 500; // more than anybody reads on a screen; the rest is in the file of what was left out

let place = null; // {root, app, stopped, asked, shape, changes}

const steps = (at) => el('ol', { class: 'steps' }, STEPS.map((text, i) =>
  el('li', { 'aria-current': i === at ? 'step' : null, class: i < at ? 'past' : '' }, `${i + 1} ${text}`)));

function page(at, ...content) {
  fill(place.root, steps(at), content);
  place.root.querySelector('h2')?.focus();
}

const heading = (text) => el('h2', { tabindex: '-1' }, text);

/** What the program says is to be put right, where it can be put right. */
function complaint() {
  const node = el('div', { class: 'box error', role: 'alert', hidden: true });
  return {
    node,
    clear() { node.hidden = true; },
    show(problem) {
      if (!problem.title) throw problem;
      node.hidden = false;
      fill(node, (problem.fields.length ? problem.fields.map(({ text }) => text) : [problem.title, problem.action])
        .map((text) => el('p', {}, text)));
      node.scrollIntoView({ block: 'nearest' });
    },
  };
}

/* --- 1: the file --- */

async function base64Of(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

function fileStep(unfinished) {
  const wrong = complaint();
  const id = newId('file');
  const input = el('input', { type: 'file', id, accept: '.csv,.txt,.tsv,text/csv,text/plain' });
  const mine = place;
  const take = (file) => mine.app.run(async () => {
    wrong.clear();
    input.disabled = true;
    try {
      const shape = await call('import_open', { file: await base64Of(file) });
      if (place === mine) columnsStep(shape, file.name);
    } catch (problem) {
      wrong.show(problem);
    } finally {
      input.disabled = false;
      input.value = '';
    }
  });
  input.addEventListener('change', () => input.files[0] && take(input.files[0]));
  const drop = el('div', { class: 'drop' },
    el('p', {}, el('label', { for: id, class: 'lead' }, '患者一覧のファイル（CSV）')), input,
    el('p', { class: 'hint' }, 'ここへファイルをドラッグしても選べます。16MB・20万行まで。'));
  drop.addEventListener('dragover', (event) => event.preventDefault());
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
  page(0, heading('取り込むファイルを選びます'),
    unfinished > 0 && el('div', { class: 'box warning' }, el('h3', {}, '前回の取り込みは途中で止まっています'),
      el('p', {}, `ファイルの${countText(unfinished)}行目あたりまで済んでいます。同じファイルをもう一度選んで最後まで取り込んでください。済んだ人が二重になることはありません。`)),
    el('p', {}, 'いまのレセコンや予約ソフトから「患者一覧」をCSVで書き出して、ここで選びます。文字コード（UTF-8、Shift_JIS）は自動で見分けます。'),
    wrong.node, drop,
    el('p', { class: 'hint' }, 'ファイルは、このPCの中だけで読みます。選んだだけでは何も保存されません。'));
}

/* --- 2: the columns --- */

const CHARSETS = [['utf8', 'UTF-8'], ['cp932', 'Shift_JIS']];
const SEPARATORS = [[',', 'コンマ'], ['\t', 'タブ'], [';', 'セミコロン']];

const select = (label, options, onchange) => {
  const id = newId('select');
  const node = el('select', { id, onchange: () => onchange(node.value) }, options.map(([key, text]) => el('option', { value: key }, text)));
  return { node, label: el('label', { for: id }, label) };
};

function columnRow(shape, column, i, change) {
  const label = column.heading || `${i + 1}列目`;
  const choice = el('select', { 'aria-label': `${label}の列は`, onchange: () => change(choice.value) },
    el('option', { value: '' }, '（使わない）'), shape.choices.map((one) => el('option', { value: one.name }, one.title)));
  const node = el('tr', {}, el('th', { scope: 'row' }, name(label)), el('td', {}, choice),
    el('td', {}, column.sample.filter(Boolean).map((text) => el('span', { class: 'sample' }, name(text)))));
  return { node, set(value) { choice.value = value; node.className = value ? '' : 'unused'; } };
}

const personRow = (row) => el('tr', { class: row.notes.some((note) => note.wrong) ? 'waits' : row.notes.length ? 'differs' : '' },
  el('td', {}, row.reference ?? '（自動）'),
  el('td', {}, el('span', {}, name(row.name ?? '')), el('small', {}, name(row.kana ?? ''))),
  el('td', {}, dayShort(row.birth)), el('td', {}, row.sex ?? ''), el('td', {}, name(row.address ?? ''), el('small', {}, row.telephone ?? '')),
  el('td', {}, row.insurer_number ?? '', el('small', {}, [row.symbol, row.member, row.branch].filter(Boolean).join(' '))),
  el('td', {}, ratioText(row.ratio)),
  el('td', {}, row.notes.map((note) => el('p', { class: note.wrong ? 'wrong' : 'doubt' }, `${note.title ? `${note.title}: ` : ''}${note.text}`))));

const preview = (rows) => el('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'はじめの行' },
  el('table', { class: 'import-preview', 'aria-label': 'はじめの行' },
    el('thead', {}, el('tr', {}, ['番号', '氏名・カナ', '生年月日', '性別', '住所・電話', '保険者番号・記号番号', '割合', '気づいたこと']
      .map((text) => el('th', { scope: 'col' }, text)))),
    el('tbody', {}, rows.map(personRow))));

/** change(shape): what is wished instead, from the shape that holds when its turn comes: somebody quick
 *  chooses the next column before the program has answered about this one. show(refused): what holds now. */
function columnsChange(change, show) {
  const here = place;
  const left = () => here !== place || here.shape === null;
  here.changes = here.changes.then(() => here.app.run(async () => {
    if (left()) return;
    const { charset, separator, heading } = here.shape;
    let shape = here.shape;
    let refused = null;
    try {
      shape = await call('import_shape', { charset, separator, heading, ...change(here.shape) });
    } catch (problem) {
      refused = problem;
    }
    if (left()) return;
    here.shape = shape;
    show(refused);
  }));
}

async function columnsLook(file) {
  const mine = place;
  await mine.changes;
  if (place === mine && mine.shape) await lookStep(mine.shape, file);
}

/** The columns as the file has them: other ones only when it is read in another way. */
function columnsTable(again) {
  const body = el('tbody', {});
  const wish = (i) => (value) => again(({ columns }) => ({ columns: columns.map((one, n) => (n === i ? value : one.column)) }));
  const seen = ({ columns }) => JSON.stringify(columns.map(({ heading, sample }) => [heading, sample]));
  let rows = [], drawn = null;
  return {
    node: el('div', { class: 'import-columns' }, el('table', { class: 'columns', 'aria-label': '列' },
      el('thead', {}, el('tr', {}, ['ファイルの列', '取り込み先', '例'].map((text) => el('th', { scope: 'col' }, text)))), body)),
    set(shape) {
      if (drawn !== seen(shape)) {
        rows = shape.columns.map((column, i) => columnRow(shape, column, i, wish(i)));
        fill(body, rows.map(({ node }) => node));
        drawn = seen(shape);
      }
      rows.forEach((row, i) => row.set(shape.columns[i].column));
    },
  };
}

/** The step with what the program holds; refused: why a change, or looking at the rows, was not taken.
 *  Nothing that somebody may have under their hands is drawn anew. */
function columnsStep(shape, file, refused) {
  const wrong = complaint();
  const again = (change) => columnsChange(change, show);
  const charset = select('文字コード', CHARSETS, (value) => again(() => ({ charset: value })));
  const separator = select('区切り', SEPARATORS, (value) => again(() => ({ separator: value })));
  const box = el('input', { type: 'checkbox', onchange: () => again(({ columns }) => ({ heading: box.checked, columns: columns.map((one) => one.column) })) });
  const table = columnsTable(again);
  const firstRows = el('div', {});
  function show(problem) {
    const { shape: now } = place;
    charset.node.value = now.charset;
    separator.node.value = now.separator;
    box.checked = now.heading;
    table.set(now);
    fill(firstRows, preview(now.rows));
    wrong.clear();
    if (problem) wrong.show(problem);
  }
  place.shape = shape;
  page(1, heading('どの列が何か、確かめます'), el('p', {}, name(file), ' — 合っていないところだけ直してください。下に、読み取ったはじめの行が出ます。'),
    wrong.node,
    el('div', { class: 'tools' }, charset.label, charset.node, separator.label, separator.node, el('label', { class: 'inline' }, box, '1行目は見出し')),
    table.node, firstRows,
    el('div', { class: 'buttons footing' },
      el('button', { type: 'button', class: 'primary', onclick: () => place.app.run(() => columnsLook(file)) }, '全部の行を確かめる'),
      el('button', { type: 'button', onclick: () => restart() }, '別のファイルにする')));
  show(refused);
}

/* --- 3: what would become of each row --- */

/** The screen was locked meanwhile: it goes on when somebody has opened it. */
async function lockWait(problem) {
  if (problem.code !== 'desk_locked') throw problem;
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
}

/** Steps until the end; gives the last report with everything that was told, or null when stopped. */
async function runAll(wish, show) {
  const told = [];
  const mine = Object.assign(place, { stopped: false, asked: null });
  await call('import_begin', wish);
  for (;;) {
    const report = await call('import_step').catch(lockWait);
    if (!report) continue;
    for (const one of report.told) if (told.length < TOLD_MAX) told.push(one);
    show(report);
    if (report.over) return { ...report, told };
    await mine.asked; // nothing goes on behind a question
    if (mine.stopped) return null;
  }
}

function progress(at, text, stop) {
  const bar = el('progress', { max: 1000, value: 0, 'aria-label': text });
  const words = el('p', { role: 'status' });
  page(at, heading(text), bar, words, el('div', { class: 'buttons' }, el('button', { type: 'button', onclick: stop.run }, stop.text)));
  return (report) => {
    bar.value = report.per_mille;
    words.textContent = `${countText(report.rows)}行（${Math.floor(report.per_mille / 10)}%）`;
  };
}

const stop = () => { if (place) place.stopped = true; };

async function lookStep(shape, file) {
  const show = progress(2, '全部の行を確かめています…', { text: 'やめる', run: stop });
  const mine = place;
  let report, refused;
  try {
    report = await runAll({ dry: true, fills: true }, show);
  } catch (problem) {
    refused = problem;
  }
  if (place !== mine) return;
  if (report) resultStep(shape, file, report);
  else columnsStep(shape, file, refused);
}

const count = (number, kind, shape, text, hint) => el('li', {}, el('strong', { class: `mark ${kind}` },
  el('span', { class: 'shape', 'aria-hidden': 'true' }, shape), `${countText(number)}人`), ` ${text}`, hint && el('small', { class: 'hint' }, hint));

const counts = (report, done) => el('ul', { class: 'plain import-counts' },
  count(report.made, 'success', '＋', done ? '新しいカルテを作りました' : '新しいカルテになります', ''),
  report.filled > 0 && count(report.filled, 'new', '✎', done ? 'いまのカルテの空いている項目を補いました' : 'いまのカルテにあり、空いている項目を補えます', ''),
  report.known > 0 && count(report.known, 'plain', '＝', 'すでにカルテがあり、変わりません', ''),
  report.refused > 0 && count(report.refused, 'attention', '！', done ? '取り込めませんでした' : '取り込めません', '直したファイルで、あとからもう一度取り込めます'));

const FATES = { made: '新しいカルテ', filled: '補う', known: '変わらない', refused: '取り込めない' };

function toldTable(told) {
  if (!told.length) return null;
  const sorted = [...told].sort((a, b) => (b.fate === 'refused') - (a.fate === 'refused') || a.line - b.line);
  return [el('h3', {}, '見ていただきたい行'), el('div', { class: 'table-scroll told', tabindex: '0', role: 'region', 'aria-label': '見ていただきたい行' },
    el('table', { 'aria-label': '見ていただきたい行' }, el('thead', {}, el('tr', {}, ['行', 'どうなるか', 'わけ'].map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, sorted.map((one) => el('tr', { class: one.fate === 'refused' ? 'waits' : '' },
        el('td', { class: 'number' }, countText(one.line)), el('td', {}, FATES[one.fate]),
        el('td', {}, one.notes.map((note) => el('p', { class: note.wrong ? 'wrong' : 'doubt' }, `${note.title ? `${note.title}: ` : ''}${note.text}`))))))))];
}

async function refusedSave() {
  const { csv } = await call('import_refused');
  fileSave(new Blob([csv], { type: 'text/csv' }), '取り込めなかった行.csv');
}

const refusedButton = (report) => report.refused > 0 &&
  el('button', { type: 'button', onclick: () => place.app.run(refusedSave) }, '取り込めない行をファイルに保存');

function resultStep(shape, file, report) {
  const nothing = report.made + report.filled === 0;
  const fills = el('input', { type: 'checkbox', checked: report.filled > 0 });
  const go = el('button', { type: 'button', class: 'primary', disabled: nothing, onclick: () => place.app.run(() => takeStep(report, fills.checked)) },
    `${countText(report.made + report.filled)}人を取り込む`);
  const text = () => { go.textContent = `${countText(report.made + (fills.checked ? report.filled : 0))}人を取り込む`; go.disabled = report.made + (fills.checked ? report.filled : 0) === 0; };
  fills.addEventListener('change', text);
  page(2, heading(nothing ? '取り込む人はいません' : 'このように取り込みます'),
    el('p', {}, name(file), ` — ${countText(report.rows)}行。まだ何も保存していません。`), counts(report, false),
    report.filled > 0 && el('label', { class: 'inline' }, fills, 'いまのカルテの空いている項目を、ファイルの内容で補う（入っている内容は変えません）'),
    el('div', { class: 'buttons' }, go, refusedButton(report),
      el('button', { type: 'button', onclick: () => columnsStep(shape, file) }, '列の確認に戻る'),
      el('button', { type: 'button', onclick: () => restart() }, '別のファイルにする')),
    toldTable(report.told));
}

/* --- 4: taking --- */

async function halt() {
  place.asked = ask({ title: '取り込みを止めますか', body: ['ここまでに取り込んだ人は残ります。同じファイルをもう一度選べば、続きから取り込めます。'],
    buttons: [{ text: '続ける', value: false, primary: true }, { text: '止める', value: true }] });
  if (await place.asked) stop();
}

async function takeStep(looked, fills) {
  const show = progress(3, '取り込んでいます…', { text: '止める', run: () => place.app.run(halt) });
  const mine = place;
  const report = await runAll({ dry: false, fills }, show);
  if (place !== mine) return undefined;
  if (!report) return restart();
  page(3, heading('取り込みが終わりました'), counts(report, true),
    el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'primary', onclick: () => { call('import_drop'); place.app.go('patients'); } }, '患者の一覧を見る'),
      refusedButton(report), el('button', { type: 'button', onclick: () => restart() }, '続けて別のファイルを取り込む')),
    toldTable(report.told.filter((one) => one.fate === 'refused')));
}

async function restart() {
  const mine = place;
  mine.shape = null;
  await call('import_drop');
  const { unfinished } = await call('import_state');
  if (place === mine) fileStep(unfinished);
}

export async function show(root, params, app, leaving) {
  place = { root, app, stopped: true, shape: null, changes: Promise.resolve() };
  root.classList.add('import');
  leaving(() => { stop(); place = null; });
  await restart();
}
