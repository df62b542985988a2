// SPDX-License-Identifier: Apache-2.0
// ダウンロード要求, the pop-up with the number of results, the download and what came of it.
import { announce, el, fill, newId } from '/common/dom.js';
import { ask } from '/common/dialog.js';
import { field } from '/common/fields.js';
import { countText, dayText } from '/common/format.js';
import { call } from '../api.js';
import { ageBox, loginOver, onSession, order, overdueBox, session, sessionRefresh } from '../session.js';

export const title = 'ダウンロード';

const CHOICES = [
  ['new', '前回から', '前に受け取ったところの続きを、すべて受け取ります。'],
  ['today', '今日', '今日、確認した結果。'],
  ['week', '今週', '今週の月曜日から今日まで。'],
  ['last', '先月', '先月の1日から末日まで。'],
  ['between', '期間を指定', 'はじめの日とおわりの日を入れてください。'],
];
const REFERENCES = [['any', 'すべて'], ['without', '照会番号なしだけ'], ['with', '照会番号ありだけ']];

let wish = { choice: 'new', reference: 'any' }; // kept while the program runs
let shown = null; // what F5 does on this screen

/** Radio buttons that look like chips. */
function chips(legend, name, rows, value, changed) {
  const id = newId(name);
  const node = el('fieldset', { class: 'chips' }, el('legend', {}, legend), rows.map(([word, text]) => {
    const input = el('input', { type: 'radio', name: id, value: word, onchange: () => changed(word) });
    input.checked = word === value;
    return el('label', {}, input, text);
  }));
  return {
    node,
    show(on) { node.hidden = !on; },
  };
}

/* --- the pop-up --- */

const meaning = (count, isNew) => [
  count.known > 0 && !isNew && el('p', {}, `このうち ${countText(count.known)}件は、もう受け取っています。同じ結果が2重になることはありません。`),
  count.without > 0 && el('p', {}, '照会番号なしの患者さんは、カルテの候補を探し、見つからなければ新しいカルテになります。'),
  count.clamped && el('p', {}, '期間のはじめのほうは、受け取りの期限（確認した月の翌月末）を過ぎているので除きました。'),
];

const nothing = (isNew) => [
  el('p', {}, isNew ? '新しい結果はありません。' : 'この期間の結果はありません。'),
  el('ul', {}, el('li', {}, 'カードで確認した直後なら、1〜2秒待ってもう一度押してください。'),
    el('li', {}, '期間や照会番号の条件を広げてみてください。'),
    el('li', {}, '「自動で受け取る」を入れておけば、確認のたびに届きます。')),
];

/** 資格確認結果数: how many, what it means, and whether to go on. */
async function countAsk(count, isNew) {
  const total = isNew ? Math.max(0, count.count - count.known) : count.count;
  if (total === 0) {
    await ask({ title: '0件です', body: nothing(isNew), buttons: [{ text: '閉じる', value: null, primary: true }] });
    return false;
  }
  const without = !isNew || count.known === 0 ? `（うち照会番号なし ${countText(count.without)}件）` : '';
  return await ask({
    title: `${countText(total)}件あります${without}。受け取りますか？`, body: meaning(count, isNew),
    buttons: [{ text: '受け取る', value: true, primary: true }, { text: 'やめる', value: null }],
  }) === true;
}

/* --- what came of it --- */

const line = (count, text, hint) => count > 0 && el('li', {}, el('b', {}, `${text} ${countText(count)}件`), hint && `　${hint}`);

function summary(report, cut) {
  const rest = report.downloaded - report.known;
  return el('div', { class: cut ? 'box warning' : 'box success', role: 'status' },
    el('h2', {}, cut ? `途中まで、${countText(rest)}件を受け取りました` : rest ? `${countText(rest)}件を受け取りました` : '新しい結果はありませんでした'),
    cut && [el('p', {}, el('b', {}, cut.title)), el('p', {}, cut.action), el('p', {}, '受け取った分は残っています。続きは、次に受け取るときに届きます。')],
    el('ul', {},
      line(report.charts_new, '＋ 新しいカルテ', '次の番号で作りました。'),
      line(report.linked, '✓ カルテに反映'),
      line(report.insurances_new, '◆ 保険が変更', '前の保険は履歴に残っています。'),
      line(report.asked, '● 要判断', '「受付」で、どの患者さんかを選んでください。'),
      line(report.aside, '✕ 無効など', 'カルテは変えていません。'),
      line(report.known, '受け取り済み', '2重にはしていません。'),
      line(report.registered, '照会番号をサービスに登録'),
      line(report.queued, '照会番号が送信待ち', 'つながったときに送ります。')),
    el('p', {}, el('a', { href: '#/results' }, '届いた結果を見る')));
}

/* --- the progress --- */

function progressView(app) {
  const bar = el('progress', { max: '1', value: 0, 'aria-label': '受け取りの進み具合' });
  const text = el('p', { 'aria-live': 'off' });
  const stop = el('button', { type: 'button', onclick: () => app.run(() => call('receive_cancel')) }, 'やめる');
  const node = el('div', { class: 'box', hidden: true }, el('h2', {}, '受け取っています'), bar, text, el('div', { class: 'buttons' }, stop));
  return {
    node,
    show(receiving) {
      node.hidden = !receiving;
      if (!receiving) return;
      const { done, total, per_second: rate } = receiving;
      if (total) { bar.max = total; bar.value = done; } else bar.removeAttribute('value');
      fill(text, `${countText(done)}${total ? ` / ${countText(total)}` : ''}件`, rate ? `　毎秒 ${countText(rate)}件` : '');
    },
  };
}

/* --- the screen --- */

function limitText({ first_day, days_left }) {
  return `いま受け取れるのは ${dayText(first_day)} から後に確認した結果です。先月の分は、今月の末日（${days_left === 0 ? '今日まで' : `あと${days_left}日`}）で受け取れなくなります。`;
}

function wishNodes(days, changed) {
  const between = el('div', { class: 'between' }, days.map((one) => one.node));
  const hint = el('p', { class: 'hint' });
  const reference = chips('照会番号', 'reference', REFERENCES, wish.reference, (word) => { wish.reference = word; });
  const follow = () => {
    between.hidden = wish.choice !== 'between';
    reference.show(wish.choice !== 'new');
    hint.textContent = CHOICES.find(([word]) => word === wish.choice)[2];
  };
  const choice = chips('対象期間', 'period', CHOICES, wish.choice, (word) => { wish.choice = word; follow(); changed(); });
  follow();
  return [choice.node, hint, between, reference.node];
}

function wishRead(days) {
  const body = { choice: wish.choice, reference: wish.choice === 'new' ? 'any' : wish.reference };
  if (wish.choice !== 'between') return body;
  for (const one of days) one.complain(one.value() ? null : '日付を入れてください。');
  const wrong = days.find((one) => !one.value());
  if (wrong) { wrong.input.focus(); return null; }
  return { ...body, from: days[0].value(), to: days[1].value() };
}

function switchField(app, state) {
  const box = field({ name: 'automatic', label: '自動で受け取る（カードで確認すると、1秒ほどで「受付」に届きます）', type: 'checkbox',
    value: state?.automatic ?? true });
  box.input.addEventListener('change', () => app.run(async () => {
    await call('receive_automatic', { on: box.input.checked });
    await sessionRefresh(app);
  }));
  return box;
}

/** Count, ask, receive; `outcome` is filled with what came of it. */
async function receiveRun(app, days, outcome) {
  if (session()?.phase !== 'in') return loginOver(app);
  const body = wishRead(days);
  if (!body) return undefined;
  const isNew = body.choice === 'new';
  fill(outcome);
  const count = await order('receive_count', body).catch((problem) => {
    for (const one of problem.fields ?? []) days.find((day) => day.name === one.field)?.complain(one.text);
    if (problem.fields?.length && body.choice === 'between') return null;
    throw problem;
  });
  if (!count || !await countAsk(count, isNew)) return undefined;
  const end = await order('receive_start', body).catch((problem) => {
    if (!problem.report) throw problem;
    return { report: problem.report, cut: problem };
  });
  fill(outcome, summary(end.report, end.cut));
  outcome.scrollIntoView({ block: 'nearest' });
  announce('受け取りが終わりました');
  return sessionRefresh(app);
}

/** params ['new']: somebody pressed F5 on another screen; what is new is asked for at once. */
export async function show(root, params, app, leaving) {
  const isAsked = params[0] === 'new';
  if (isAsked) {
    wish = { ...wish, choice: 'new' };
    window.history.replaceState(null, '', '#/request');
  }
  const days = [field({ name: 'from', label: 'はじめの日', type: 'day', size: 16 }), field({ name: 'to', label: 'おわりの日', type: 'day', size: 16 })];
  const outcome = el('div', {});
  const notices = el('div', {});
  const progress = progressView(app);
  const box = switchField(app, session());
  const button = el('button', { type: 'submit', class: 'primary' }, '件数を確かめて受け取る', el('kbd', {}, 'F5'));
  const run = () => app.run(async () => {
    if (button.disabled) return;
    button.disabled = true;
    await receiveRun(app, days, outcome).finally(() => { button.disabled = false; });
  });
  const made = el('form', { novalidate: true, class: 'card' }, wishNodes(days, () => {}), el('div', { class: 'buttons' }, button), box.node);
  made.addEventListener('submit', (event) => { event.preventDefault(); run(); });
  shown = run;
  const limits = await call('receive_limits');
  fill(root, notices, progress.node, outcome, made, el('p', { class: 'hint' }, limitText(limits)));
  if (isAsked) run();
  leaving(onSession((state) => {
    fill(notices, overdueBox(state), ageBox(state));
    progress.show(state.receiving);
    if (document.activeElement !== box.input) box.set(state.automatic);
  }));
}

export const keys = { F5: { text: '受け取る', run: () => shown?.() } };
