// SPDX-License-Identifier: Apache-2.0
// 個人画面: what the chart holds and what the result told, beside each other. What follows below is
// chart_history.js.
import { announce, el, fill, name } from '/common/dom.js';
import { ageOn, dayShort, dayText, japan, ratioText } from '/common/format.js';
import { confirm } from '/common/dialog.js';
import { draftForget, draftOf } from '/common/fields.js';
import { call } from '../api.js';
import { besideEachOther, chartChoose, confirmWhy } from '../choose.js';
import { chartForm } from './chart_form.js';
import { changes, checks, timeline } from './chart_history.js';
import { insuranceForm } from './insurance_form.js';
import { adviceBox, fieldText, INSURANCE, insuranceText, methodText, momentLong, statusMark, today } from './person.js';

export const title = (params) => (params[0] === 'new' ? '新しいカルテ' : `カルテ ${params[0]}`);

let shown = null; // {root, draw, isEditing, edit, insure}

export const keys = {
  F6: { run: () => shown?.insure?.(0) },
  F7: { run: () => shown?.edit?.() },
  F8: { run: () => window.print() },
};

/* --- the head --- */

function head(chart) {
  const age = /^\d{8}$/.test(chart.birth ?? '') ? `${ageOn(Number(chart.birth), today())}歳` : '';
  return el('header', { class: 'person' },
    el('p', { class: 'kana' }, name(chart.kana)), el('p', { class: 'big' }, name(chart.name ?? '（氏名なし）')),
    el('p', {}, [dayText(chart.birth), age, chart.sex_word].filter(Boolean).join('　')),
    el('p', { class: 'hint' }, `照会番号 ${chart.reference}　${chart.confirmed_at ? `最後の確認 ${momentLong(chart.confirmed_at)}` : 'まだ確認していません'}`));
}

function stateBox(chart, app, again) {
  if (chart.state === 'merged') {
    return el('div', { class: 'box warning' }, el('h2', {}, `カルテ ${chart.merged_into} にまとめました`),
      el('p', {}, 'このカルテはもう使いません。届いた結果も、まとめた先に入ります。'),
      el('p', {}, el('a', { href: `#/chart/${chart.merged_into}` }, `カルテ ${chart.merged_into} を開く`)));
  }
  return chart.state === 'away' && el('div', { class: 'box warning' }, el('h2', {}, 'しまってあるカルテです'),
    el('p', {}, '一覧と候補には出ません。番号はこの患者さんのまま残っています。'),
    el('button', { type: 'button', onclick: () => app.run(async () => { await call('chart_away', { number: chart.number, away: false }); await again(); }) }, '一覧に戻す'));
}

/* --- カルテの内容 | 今回の結果 --- */

const CHOICES = [['take', '反映する'], ['keep', '反映しない'], ['ask', '毎回たずねる']];
const choiceText = (choice) => CHOICES.find(([value]) => value === choice)?.[1] ?? '';

function policySelect(field, chart, app, again) {
  const none = `施設の決まり（${choiceText(field.facility ?? field.holds)}）`;
  const select = el('select', { 'aria-label': `${field.label}が違うとき`, onchange: () => app.run(async () => {
    await call('chart_policy', { number: chart.number, field: field.name, ...(select.value ? { choice: select.value } : {}) });
    announce(`${field.label}: ${select.selectedOptions[0].text}`);
    await again();
  }) }, [['', none], ...CHOICES].map(([value, text]) => el('option', { value }, text)));
  select.value = field.choice ?? '';
  return select;
}

/** The word on one field: now, and if somebody wishes from now on. */
function wordButtons(field, chart, app, again) {
  const say = (take, always) => () => app.run(async () => {
    await call('chart_word', { number: chart.number, field: field.name, take, ...(always ? { always } : {}) });
    await again();
  });
  return el('div', { class: 'buttons tight' },
    el('button', { type: 'button', onclick: say(true) }, '反映する'),
    el('button', { type: 'button', onclick: say(false) }, 'しない'),
    el('button', { type: 'button', class: 'quiet', onclick: say(false, 'keep') }, 'この患者では今後もしない'));
}

/** A 限度額 with the days it holds for. */
const withDays = (text, from, to) => (text && (from || to) ? `${text}　${dayText(from)}〜${dayText(to)}` : text);

function fieldRow(field, chart, app, again) {
  const held = withDays(fieldText(field.name, field.held, field.held_word), field.held_from, field.held_to);
  const told = withDays(fieldText(field.name, field.told, field.told_word), field.told_from, field.told_to);
  return el('tr', { class: field.waits ? 'differs waits' : field.differs ? 'differs' : '' },
    el('th', { scope: 'row' }, field.label, el('small', { class: 'hint' }, field.meaning)),
    el('td', {}, name(held || '—')),
    el('td', {}, field.differs && el('span', { class: 'mark warning' }, '◆ 違います'), ' ', name(told || '—'),
      field.waits && wordButtons(field, chart, app, again)),
    el('td', { class: 'no-print' }, policySelect(field, chart, app, again)));
}

function insuranceRows(current, told, differs) {
  return INSURANCE.map(([key, label]) => {
    const [held, said] = [insuranceText(key, current?.[key]), insuranceText(key, told?.[key])];
    const other = told && differs && held !== said;
    return el('tr', { class: other ? 'differs' : '' }, el('th', { scope: 'row' }, label), el('td', {}, name(held || '—')),
      el('td', {}, other && el('span', { class: 'mark warning' }, '◆ 違います'), ' ', name(said || (told ? '—' : ''))), el('td', { class: 'no-print' }));
  });
}

/** What this result changed of what is paid at the counter: taken by itself, and never silently. */
function burdenBox({ chart, codes, told_by: by, changes: list }) {
  const change = by && list.find((one) => one.result === by.id && one.kind === 'link' && !one.undone_by);
  const of = (picture) => picture.charts?.find((one) => one.number === chart.number) ?? {};
  const [before, after] = [of(change?.before ?? {}), of(change?.after ?? {})];
  const limit = (one) => withDays(codes.limit_class[one.limit_class] ?? one.limit_class, one.limit_from, one.limit_to);
  const rows = [['負担割合', ratioText(before.ratio), ratioText(after.ratio)], ['限度額の区分', limit(before), limit(after)]]
    .filter(([, was, is]) => was && is && was !== is);
  return rows.length > 0 && el('div', { class: 'box warning', role: 'status' }, rows.map(([label, was, is]) =>
    el('p', {}, el('strong', {}, `◆ ${label}が変わりました: ${was} → ${is}`))), el('p', {}, '窓口でいただく額を確かめてください。'));
}

function comparison(answer, app, again) {
  const { chart, fields, told_by: by } = answer;
  const current = answer.insurances.find((one) => one.closed_on === 0);
  const waits = fields.filter((one) => one.waits).length;
  const policy = fields.length > 0;
  return el('section', { class: 'card' },
    el('h2', {}, 'カルテの内容と今回の結果'),
    by ? el('p', {}, statusMark(by.status), ` ${momentLong(by.confirmed_at)}　${methodText(by.method)}　${by.validity_word ?? ''}`)
      : el('p', { class: 'hint' }, 'このカルテには、まだ確認の結果がありません。'),
    by && adviceBox(by), burdenBox(answer), by?.remark && el('p', { class: 'box warning' }, by.remark),
    waits > 0 && el('p', { class: 'box attention' }, `● ${waits}つの項目が違います。反映するかどうかを決めてください。`),
    el('div', { class: 'table-scroll' }, el('table', { class: 'compare', 'aria-label': 'カルテの内容と今回の結果' },
      el('thead', {}, el('tr', {}, ['項目', 'カルテの内容', '今回の結果'].map((text) => el('th', { scope: 'col' }, text)),
        el('th', { scope: 'col', class: 'no-print' }, policy ? '違う結果が来たら' : ''))),
      el('tbody', {}, fields.map((field) => fieldRow(field, chart, app, again)),
        el('tr', { class: 'part' }, el('th', { scope: 'colgroup', colspan: 4 }, '保険（変わったときは、履歴に加わります）')),
        insuranceRows(current, answer.insurance_told, answer.insurance_differs)))));
}

/* --- what only people write --- */

function ownWords(answer) {
  const { chart } = answer;
  const rows = [['電話', chart.telephone], ['初めて来た日', dayText(chart.first_visit)], ['メモ', chart.notes],
    ['限度額', chart.limit_word && `${chart.limit_word}　${dayText(chart.limit_from)}〜${dayText(chart.limit_to)}`]];
  return el('section', { class: 'card' }, el('h2', {}, '施設で書いたこと'),
    el('dl', { class: 'facts' }, rows.map(([label, text]) => [el('dt', {}, label), el('dd', { class: label === 'メモ' ? 'pre' : '' }, name(text || '—'))])),
    el('h3', {}, '公費'), answer.expenses.length ? el('table', { 'aria-label': '公費' },
      el('thead', {}, el('tr', {}, ['', '負担者番号', '受給者番号', '期間'].map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, answer.expenses.map((one) => el('tr', {}, el('td', {}, `公費${one.place} ${one.scheme ?? ''}`), el('td', {}, one.payer), el('td', {}, one.recipient ?? ''),
        el('td', {}, one.from || one.to ? `${dayShort(one.from)}〜${dayShort(one.to)}` : '', one.doubtful && el('span', { class: 'mark warning' }, '！ 番号を確かめてください')))))) : el('p', { class: 'hint' }, 'ありません。'));
}

function spellings(answer, app, again) {
  if (!answer.aliases.length) return null;
  const forget = (one) => () => app.run(async () => {
    await call('chart_alias', { number: answer.chart.number, kind: one.kind, text: one.text, known: false });
    await again();
  });
  return el('section', { class: 'card' }, el('h2', {}, '同じ人とわかっている書き方'),
    el('ul', { class: 'plain' }, answer.aliases.map((one) => el('li', {}, one.kind === 'kana' ? 'カナ: ' : '氏名: ', name(one.text),
      el('button', { type: 'button', class: 'quiet', onclick: forget(one) }, '忘れる')))));
}

/* --- merge, put away --- */

async function mergeAsk(chart, app) {
  const row = await chartChoose({ title: '2つのカルテをまとめる', except: chart.number,
    lead: el('p', {}, `カルテ ${chart.number}（`, name(chart.name), '）の結果・保険・公費・書き方を、残すほうのカルテに移します。あとで元に戻せます。残すほうを選んでください。') });
  if (!row) return;
  const { chart: kept } = await call('chart', { number: row.number });
  const said = await confirmWhy({ title: '同じ患者さんですか', yes: 'はい、まとめる',
    body: [besideEachOther({ ...kept, title: `残す: カルテ ${kept.number}` }, { ...chart, title: `移す: カルテ ${chart.number}` })] });
  if (!said) return;
  await call('chart_merge', { from: chart.number, into: kept.number, ...said });
  app.go('chart', kept.number);
}

function tools(answer, app, again) {
  const { chart } = answer;
  if (chart.state !== 'live') return null;
  const away = () => app.run(async () => {
    if (!await confirm({ title: 'このカルテをしまいますか', yes: 'しまう', body: [el('p', {}, '一覧に出なくなります。消えるわけではなく、いつでも戻せます。')] })) return;
    await call('chart_away', { number: chart.number, away: true });
    await again();
  });
  return el('div', { class: 'buttons tight no-print' },
    el('button', { type: 'button', class: 'primary', onclick: () => shown?.edit?.() }, '書き直す', el('kbd', {}, 'F7')),
    el('button', { type: 'button', onclick: () => window.print() }, '印刷', el('kbd', {}, 'F8')),
    el('button', { type: 'button', onclick: () => app.run(() => mergeAsk(chart, app)) }, 'ほかのカルテとまとめる'),
    el('button', { type: 'button', onclick: away }, 'しまう'));
}

/* --- what is typed and not saved --- */

function draftBox(answer) {
  const { number } = answer.chart;
  const forms = [[`chart/${number}`, '書き直し', () => shown?.edit?.()], [`insurance/${number}/new`, '保険を加える', () => shown?.insure?.(0)],
    ...answer.insurances.map((one) => [`insurance/${number}/${one.order}`, '保険を直す', () => shown?.insure?.(one.order)])];
  const rows = forms.filter(([key]) => draftOf(key)).map(([key, text, open]) => {
    const at = japan(draftOf(key).at_ms);
    const row = el('p', {}, el('strong', {}, `書きかけがあります: ${text}`), `（${dayShort(at.day)} ${at.time}）　まだ保存していません。`,
      el('button', { type: 'button', onclick: open }, '続きを書く'),
      el('button', { type: 'button', class: 'quiet', onclick: () => { draftForget(key); row.remove(); } }, '捨てる'));
    return row;
  });
  return rows.length > 0 && el('div', { class: 'box warning no-print drafts' }, rows);
}

/* --- the screen --- */

async function draw(root, number, result, app) {
  const answer = await call('chart', { number, ...(result ? { result } : {}) });
  if (shown?.root !== root) return; // somebody is at another chart by now
  const again = () => draw(root, number, result, app);
  const isLive = answer.chart.state === 'live';
  Object.assign(shown, { isEditing: false, draw: again, edit: isLive ? () => editShow(root, answer, result, app) : null,
    insure: isLive ? (order, focus) => insureShow(root, answer, { order, focus, result }, app) : null });
  fill(root, head(answer.chart), stateBox(answer.chart, app, again), isLive && draftBox(answer), tools(answer, app, again), comparison(answer, app, again),
    ownWords(answer), spellings(answer, app, again), timeline(answer.insurances, shown.insure), checks(answer, app), changes(answer, app, again));
}

/** In the place of everything else: what is typed is kept until it is saved or given up. */
function formShow(root, answer, { key, make, title, focus }, result, app) {
  const back = () => draw(root, answer.chart.number, result, app);
  Object.assign(shown, { isEditing: true, edit: null, insure: null });
  const made = make({ answer, saved: back, cancel: () => { draftForget(key); app.run(back); } });
  fill(root, head(answer.chart), title && el('h2', {}, title), made.node);
  (made.fields.find((one) => one.name === focus) ?? made.fields[0]).input.focus();
}

function insureShow(root, answer, { order, focus, result }, app) {
  formShow(root, answer, { key: `insurance/${answer.chart.number}/${order || 'new'}`, focus, title: order ? '保険を直す' : '保険を加える',
    make: (wish) => insuranceForm({ ...wish, order }) }, result, app);
}

function editShow(root, answer, result, app) {
  formShow(root, answer, { key: `chart/${answer.chart.number}`, make: chartForm }, result, app);
}

export async function show(root, [number, result], app, leaving) {
  shown = { root };
  leaving(() => { shown = null; });
  if (number === 'new') {
    const made = chartForm({ answer: null, saved: async (made_number) => app.go('chart', made_number), cancel: () => { draftForget('chart/new'); app.go('patients'); } });
    shown.isEditing = true;
    fill(root, el('p', {}, '初めて来た患者さんで、マイナ保険証の確認をしていないときに使います。確認した結果は、自動でカルテになります。'), made.node);
    made.fields[0].input.focus();
  } else {
    await draw(root, Number(number), result, app);
  }
}

/** While somebody types, nothing moves under their hands. */
export async function refresh(event) {
  if (shown?.draw && !shown.isEditing && ['charts', 'results', 'all'].includes(event.kind)) await shown.draw();
}

