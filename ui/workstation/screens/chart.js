// SPDX-License-Identifier: Apache-2.0
// 個人画面: what the chart holds and what the result told, beside each other; its insurances in time;
// its results with their proof; who changed what, and the way back.
import { announce, el, fill, name } from '/common/dom.js';
import { ageOn, dayShort, dayText, japan, ratioText } from '/common/format.js';
import { ask, confirm, tell } from '/common/dialog.js';
import { draftForget } from '/common/fields.js';
import { call } from '../api.js';
import { chartForm } from './chart_form.js';
import { adviceBox, factList, fieldText, INSURANCE, insuranceLine, insuranceText, methodText, momentLong, momentNear, statusMark, today } from './person.js';

export const title = (params) => (params[0] === 'new' ? '新しいカルテ' : `カルテ ${params[0]}`);

let shown = null; // {draw, isEditing, edit, print}

export const keys = {
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

function fieldRow(field, chart, app, again) {
  const held = fieldText(field.name, field.held, field.held_word);
  const told = fieldText(field.name, field.told, field.told_word);
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

function comparison(answer, app, again) {
  const { chart, fields, told_by: by } = answer;
  const current = answer.insurances.find((one) => one.closed_on === 0);
  const waits = fields.filter((one) => one.waits).length;
  const policy = fields.length > 0;
  return el('section', { class: 'card' },
    el('h2', {}, 'カルテの内容と今回の結果'),
    by ? el('p', {}, statusMark(by.status), ` ${momentLong(by.confirmed_at)}　${methodText(by.method)}　${by.validity_word ?? ''}`)
      : el('p', { class: 'hint' }, 'このカルテには、まだ確認の結果がありません。'),
    by && adviceBox(by), by?.remark && el('p', { class: 'box warning' }, by.remark),
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

/* --- the history --- */

function timeline(insurances) {
  const rows = [...insurances].sort((a, b) => b.begins - a.begins);
  return el('section', { class: 'card' }, el('h2', {}, '保険の履歴'), rows.length
    ? el('ol', { class: 'timeline' }, rows.map((one) => el('li', { class: one.closed_on ? 'past' : 'now' },
      el('p', {}, el('strong', {}, `${dayText(one.begins)} 〜 ${one.closed_on ? dayText(one.closed_on) : 'いま'}`), !one.closed_on && el('span', { class: 'mark success' }, '✓ 使っている保険')),
      el('p', {}, insuranceLine(one), ` ${one.relation ?? ''}`), el('p', { class: 'hint' }, `最後に同じと確かめた日時 ${momentLong(one.confirmed_at)}`))))
    : el('p', { class: 'hint' }, '保険はまだありません。'));
}

async function resultShow(id, app) {
  const answer = await call('result', { id });
  let raw = answer.raw;
  try { raw = JSON.stringify(JSON.parse(answer.raw), null, 1); } catch { /* as it came */ }
  const copy = el('button', { type: 'button', onclick: () => app.run(async () => { await app.copy(answer.raw); announce('写しました'); }) }, '元のデータを写す');
  await ask({ wide: true, title: `確認の結果　${momentLong(answer.result.confirmed_at)}`, body: [
    adviceBox(answer.result), answer.qualifications.map((facts, i) => [answer.qualifications.length > 1 && el('h3', {}, `資格 ${i + 1}`), factList(facts)]),
    el('details', {}, el('summary', {}, '元のデータ（サービスから届いたまま）'), el('pre', { tabindex: '0' }, raw), copy),
    el('details', {}, el('summary', {}, answer.entry ? '証明（サービスの署名つき）' : '証明はありません'),
      answer.entry && [el('p', {}, 'この結果がサービスのもので、書き換えられていないことを示す署名です。返戻などで示すときに使います。'), el('pre', { tabindex: '0' }, answer.entry)]),
  ], buttons: [{ text: '閉じる', value: true, primary: true }] });
}

function checks(answer, app, again) {
  const { chart, results } = answer;
  const unlink = (one) => () => app.run(async () => {
    if (!await confirm({ title: 'この結果を、このカルテから外しますか', yes: '外す',
      body: [el('p', {}, `${momentLong(one.confirmed_at)}の結果です。外すと「要判断」に戻り、どなたの結果かを選び直せます。`)] })) return;
    const { exact } = await call('result_unlink', { id: one.id });
    if (!exact) await tell({ title: '外しました', body: [el('p', {}, 'この結果のあとにもカルテが変わっています。氏名・住所・割合が正しいか、確かめてください。')] });
    app.go('decide', one.id);
  });
  return el('section', { class: 'card' }, el('h2', {}, '確認の記録'), results.length
    ? el('div', { class: 'table-scroll' }, el('table', { 'aria-label': '確認の記録' }, el('thead', {}, el('tr', {},
      ['状態', '確認日時', '方法', '有効性', '保険者', '割合'].map((text) => el('th', { scope: 'col' }, text)), el('th', { scope: 'col', class: 'no-print' }, 'この結果で'))),
    el('tbody', {}, [...results].reverse().map((one) => el('tr', {}, el('td', {}, statusMark(one.status)), el('td', {}, momentNear(one.confirmed_at)), el('td', {}, methodText(one.method)),
      el('td', {}, one.validity_word ?? ''), el('td', {}, name(one.insurer_name)), el('td', {}, ratioText(one.ratio)),
      el('td', { class: 'no-print' }, el('div', { class: 'buttons tight' }, el('button', { type: 'button', onclick: () => app.run(() => resultShow(one.id, app)) }, '元のデータと証明'),
        chart.state === 'live' && el('button', { type: 'button', class: 'quiet', onclick: unlink(one) }, 'カルテから外す')))))))) : el('p', { class: 'hint' }, 'まだありません。'));
}

/* --- who changed what --- */

const KINDS = { new: '新しいカルテを作った', link: '結果を反映した', unlink: '結果を外した', edit: '書き直した', take: '違いについて決めた',
  merge: 'カルテをまとめた', put_away: 'しまった・戻した', undo: '元に戻した' };
const LABELS = { name: '氏名', kana: 'カナ', birth: '生年月日', sex: '性別', post: '郵便番号', address: '住所', telephone: '電話', ratio: '割合', notes: 'メモ',
  first_visit: '初めて来た日', limit_class: '限度額', state: '状態' };

/** What is other after than before, in a few words. */
function changeText(change, number) {
  const of = (picture) => picture.charts?.find((one) => one.number === number) ?? {};
  const [before, after] = [of(change.before), of(change.after)];
  const parts = Object.keys(LABELS).filter((key) => before.number && (before[key] ?? '') !== (after[key] ?? '') && key !== 'state')
    .map((key) => `${LABELS[key]} ${fieldText(key, String(before[key] ?? '')) || '（なし）'} → ${fieldText(key, String(after[key] ?? '')) || '（なし）'}`);
  const count = (picture, list) => (picture[list] ?? []).filter((one) => (one.chart ?? number) === number).length;
  if (JSON.stringify(change.before.insurances) !== JSON.stringify(change.after.insurances)) parts.push(count(change.after, 'insurances') === count(change.before, 'insurances') ? '保険の確認日' : '保険の履歴');
  if (JSON.stringify(change.before.expenses) !== JSON.stringify(change.after.expenses)) parts.push('公費');
  if (JSON.stringify(change.before.aliases) !== JSON.stringify(change.after.aliases)) parts.push('書き方');
  return parts.join('、');
}

function changes(answer, app, again) {
  const { chart, changes: list } = answer;
  const people = new Map((app.state?.people ?? []).map((one) => [one.id, one.name]));
  const undo = (change) => () => app.run(async () => {
    const what = changeText(change, chart.number);
    if (!await confirm({ title: 'この変更を元に戻しますか', yes: '元に戻す', body: [el('p', {}, KINDS[change.kind] ?? change.kind, what && `（${what}）`)] })) return;
    await call('chart_undo', { change: change.no });
    await again();
  });
  return el('section', { class: 'card no-print' }, el('h2', {}, '変更の記録'), list.length
    ? el('ol', { class: 'plain changes' }, list.map((change) => {
      const at = japan(change.at_ms);
      const who = change.staff === '' ? '自動' : people.get(change.staff) ?? change.staff;
      return el('li', { class: change.undone_by ? 'undone' : '' }, el('span', { class: 'when' }, `${dayShort(at.day)} ${at.time}　`, name(who)),
        el('span', { class: 'what' }, KINDS[change.kind] ?? change.kind, el('small', { class: 'hint' }, name(changeText(change, chart.number)))),
        change.undone_by ? el('span', { class: 'mark plain' }, '元に戻しました') : el('button', { type: 'button', onclick: undo(change), 'aria-label': `${KINDS[change.kind] ?? change.kind}を元に戻す` }, '元に戻す'));
    })) : el('p', { class: 'hint' }, 'まだありません。'));
}

/* --- merge, put away --- */

async function mergeAsk(chart, app) {
  const input = el('input', { id: 'merge-into', inputmode: 'numeric', size: 8, autocomplete: 'off' });
  const said = await ask({ title: '2つのカルテをまとめる', body: [
    el('p', {}, `カルテ ${chart.number}（`, name(chart.name), '）の結果・保険・公費・書き方を、残すほうのカルテに移します。あとで元に戻せます。'),
    el('div', { class: 'field' }, el('label', { for: 'merge-into' }, '残すほうのカルテの番号'), input)],
  buttons: [{ text: '次へ', value: true, primary: true }, { text: 'やめる', value: null }] });
  const into = Number(input.value.normalize('NFKC').trim());
  if (!said || !Number.isInteger(into) || into < 1) return;
  const { chart: kept } = await call('chart', { number: into });
  const both = (one) => `カルテ ${one.number}　${one.name ?? ''}　${one.kana ?? ''}　${dayText(one.birth)}`;
  if (!await confirm({ title: '同じ患者さんですか', yes: 'はい、まとめる', body: [el('p', {}, '残す: ', name(both(kept))), el('p', {}, '移す: ', name(both(chart)))] })) return;
  await call('chart_merge', { from: chart.number, into });
  app.go('chart', into);
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

/* --- the screen --- */

async function draw(root, number, result, app) {
  const answer = await call('chart', { number, ...(result ? { result } : {}) });
  const again = () => draw(root, number, result, app);
  fill(root, head(answer.chart), stateBox(answer.chart, app, again), tools(answer, app, again), comparison(answer, app, again),
    ownWords(answer), spellings(answer, app, again), timeline(answer.insurances), checks(answer, app, again), changes(answer, app, again));
  Object.assign(shown ??= {}, { isEditing: false, draw: again, edit: answer.chart.state === 'live' ? () => editShow(root, answer, result, app) : null });
}

function editShow(root, answer, result, app) {
  const { chart } = answer;
  const back = () => draw(root, chart.number, result, app);
  Object.assign(shown, { isEditing: true, edit: null });
  const made = chartForm({ answer, saved: back, cancel: () => { draftForget(`chart/${chart.number}`); app.run(back); } });
  fill(root, head(chart), made.node);
  made.fields[0].input.focus();
}

export async function show(root, [number, result], app) {
  shown = {};
  if (number === 'new') {
    const made = chartForm({ answer: null, saved: async (made_number) => app.go('chart', made_number), cancel: () => { draftForget('chart/new'); app.go('patients'); } });
    shown.isEditing = true;
    fill(root, el('p', {}, '初めて来た患者さんで、マイナ保険証の確認をしていないときに使います。確認した結果は、自動でカルテになります。'), made.node);
    made.fields[0].input.focus();
  } else {
    await draw(root, Number(number), result, app);
  }
  return () => { shown = null; };
}

/** While somebody types, nothing moves under their hands. */
export async function refresh(event) {
  if (shown?.draw && !shown.isEditing && ['charts', 'results', 'all'].includes(event.kind)) await shown.draw();
}

