// SPDX-License-Identifier: Apache-2.0
// 要判断: whose is this result? The candidates side by side, each with why it was proposed. Nothing
// is chosen beforehand where more than one fits.
import { el, fill, name } from '/common/dom.js';
import { dayText, ratioText } from '/common/format.js';
import { confirm } from '/common/dialog.js';
import { draftForget, draftKeep, draftOf } from '/common/fields.js';
import { call } from '../api.js';
import { besideEachOther, chartChoose } from '../choose.js';
import { adviceBox, factList, methodText, momentLong, statusMark } from './person.js';

export const title = 'どなたの結果ですか';

let shown = null; // {root, id, draw, search}

export const keys = { F2: { run: () => shown?.search?.() }, Escape: { run: (app) => app.go('results') } };

const ROWS = [
  ['カナ', (one) => name(one.kana)], ['氏名', (one) => name(one.name)],
  ['生年月日', (one) => dayText(one.birth)], ['性別', (one) => one.sex_word ?? one.sex],
  ['保険者', (one) => name((one.insurance ?? one).insurer_name)],
  ['記号・番号・枝番', (one) => { const i = one.insurance ?? one; return [i.symbol, i.insurance_number ?? i.number, i.branch].filter(Boolean).join(' '); }],
  ['照会番号', (one) => one.reference ?? '（なし）'],
];

const factsOf = (one, rows = ROWS) => el('dl', { class: 'facts' }, rows.map(([label, text]) => [el('dt', {}, label), el('dd', {}, text(one) || '—')]));

const reasons = (list) => el('ul', { class: 'reasons' }, list.map(({ text, against }) =>
  el('li', { class: against ? 'against' : 'for' }, el('span', { 'aria-hidden': 'true' }, against ? '✕ ' : '○ '), text)));

function ofInsurance(chart) {
  const { insurance, ...rest } = chart;
  return insurance ? { ...rest, insurance } : { ...rest, insurance: {} };
}

/** Which of several qualifications: none until somebody says. */
function qualificationChoice(id, qualifications) {
  const kept = draftOf(`decide/${id}`)?.values.qualification;
  if (qualifications.length < 2) return { node: null, value: () => 0, missing: () => false };
  const radios = qualifications.map((facts, i) => {
    const text = (oqs) => facts.find((one) => one.name === oqs)?.value;
    const radio = el('input', { type: 'radio', name: 'qualification', value: i + 1, checked: kept === i + 1,
      onchange: () => draftKeep(`decide/${id}`, { qualification: i + 1 }) });
    return { radio, label: el('label', {}, radio, name(`${text('InsurerName') ?? ''} ${text('InsuredCardSymbol') ?? ''} ${text('InsuredIdentificationNumber') ?? ''}`)) };
  });
  const error = el('p', { class: 'field-error', role: 'alert', hidden: true }, '✕ 使う保険を選んでください。');
  const node = el('fieldset', { class: 'box warning' }, el('legend', {}, '使う保険（患者さんにたずねてください）'),
    el('div', { class: 'chips' }, radios.map(({ label }) => label)), error);
  const value = () => Number(radios.find(({ radio }) => radio.checked)?.radio.value ?? 0);
  return { node, value, missing() {
    error.hidden = Boolean(value());
    if (!value()) radios[0].radio.focus();
    return !value();
  } };
}

function otherChart(result, app, link) {
  const go = () => app.run(async () => {
    const row = await chartChoose({ title: 'ほかのカルテをさがす', text: result.kana ?? result.name ?? '',
      lead: el('p', {}, 'この結果は、どなたのものですか。') });
    if (!row) return undefined;
    const { chart } = await call('chart', { number: row.number });
    const sure = await confirm({ title: 'このカルテの患者さんですか', yes: 'はい、この患者です',
      body: [besideEachOther({ ...result, title: 'この結果' }, { ...chart, title: `カルテ ${chart.number}` })] });
    return sure ? link(chart) : undefined;
  });
  return el('div', { class: 'tools' }, el('button', { type: 'button', onclick: go }, 'ほかのカルテをさがす', el('kbd', {}, 'F2')));
}

/** What came, beside whatever is said of it. */
const told = (result, ...more) => el('section', { class: 'card told', 'aria-label': '今回の結果' }, el('h2', {}, '今回の結果'),
  el('p', { class: 'hint' }, `${momentLong(result.confirmed_at)}　${methodText(result.method)}`),
  factsOf({ ...result, sex_word: result.sex }, [...ROWS, ['割合', (one) => ratioText(one.ratio)]]),
  result.remark && el('p', { class: 'box warning' }, result.remark), more);

/** Nothing to choose any more, or nothing ever: what is not 有効 belongs to no chart, and says what to do now. */
function settled({ result, qualifications }, id, app) {
  const back = (primary) => el('button', { type: 'button', class: primary ? 'primary' : '', onclick: () => app.go('results') }, '一覧に戻る');
  if (!result.chart && result.advice) {
    return [adviceBox(result, 'h2'), told(result, el('details', {}, el('summary', {}, 'すべての項目'), qualifications.map(factList))),
      el('div', { class: 'buttons footing' }, back(true))];
  }
  return el('div', { class: 'box success' }, el('h2', {}, '✓ この結果は、もう決まっています'), el('div', { class: 'buttons' },
    result.chart > 0 && el('button', { type: 'button', class: 'primary', onclick: () => app.go('chart', result.chart, id) }, 'カルテを見る'), back(false)));
}

async function draw(root, id, app) {
  const answer = await call('decide', { id });
  const { result, candidates } = answer;
  if (!result.waits) return fill(root, settled(answer, id, app));
  const which = qualificationChoice(id, answer.qualifications);
  const proposed = answer.proposed || 0;
  const done = async (chart, text) => { draftForget(`decide/${id}`); app.go('chart', chart, id); app.say('received', text); };

  const link = (chart) => app.run(async () => {
    if (which.missing()) return;
    const spelt = (chart.kana && result.kana && chart.kana !== result.kana) || (chart.name && result.name && chart.name !== result.name);
    const made = await call('result_link', { id, chart: chart.number, qualification: which.value(), remember: Boolean(spelt) });
    await done(made.chart, 'カルテに反映しました');
  });
  const create = () => app.run(async () => {
    if (which.missing()) return;
    if (candidates.length && !await confirm({ title: '新しい患者として登録しますか', yes: '新しい患者として登録',
      body: [el('p', {}, `似ているカルテが${candidates.length}件あります。同じ患者さんのカルテが2つにならないよう、もう一度確かめてください。`)] })) return;
    const made = await call('result_new', { id, qualification: which.value() });
    await done(made.chart, '新しいカルテを作りました');
  });
  const later = () => app.go('results');

  const card = (chart, i) => el('article', { class: chart.number === proposed ? 'card candidate proposed' : 'card candidate', 'aria-label': `候補 ${i + 1}` },
    el('h3', {}, `カルテ ${chart.number}`, chart.number === proposed && el('span', { class: 'mark success' }, '✓ この方だと思われます')),
    reasons(chart.reasons), factsOf(ofInsurance(chart)),
    el('div', { class: 'buttons' }, el('button', { type: 'button', class: chart.number === proposed ? 'primary' : '', onclick: () => link(chart) }, 'この患者です'),
      el('a', { href: `#/chart/${chart.number}` }, 'カルテを見る')));

  const other = otherChart(result, app, link);
  if (shown?.root === root) shown.search = () => other.querySelector('button').click();
  fill(root,
    el('p', { class: 'lead' }, statusMark(result.status), ` ${answer.why || '決める人を待っています。'}`),
    adviceBox(result, 'h2'), which.node,
    el('div', { class: 'side' },
      told(result, el('details', {}, el('summary', {}, 'すべての項目'), answer.qualifications.map(factList))),
      el('section', { class: 'candidates', 'aria-label': '候補' }, el('h2', {}, candidates.length ? `カルテの候補 ${candidates.length}件` : 'カルテの候補はありません'),
        !candidates.length && el('p', {}, '初めての患者さんなら「新しい患者として登録」を押してください。'),
        el('div', { class: 'cards' }, candidates.map(card)), other)),
    el('div', { class: 'buttons footing' },
      el('button', { type: 'button', class: proposed || candidates.length ? '' : 'primary', onclick: create }, '新しい患者として登録'),
      el('button', { type: 'button', onclick: later }, 'あとで', el('kbd', {}, 'Esc'))));
}

export async function show(root, [id], app, leaving) {
  if (!id) {
    root.append(el('div', { class: 'empty' }, el('p', {}, 'どの結果について決めるかを、届いた結果の一覧から選んでください。'),
      el('p', {}, el('button', { type: 'button', onclick: () => app.go('results') }, '一覧に戻る'))));
    return;
  }
  shown = { root, id, draw: () => draw(root, id, app) };
  leaving(() => { shown = null; });
  await shown.draw();
}

/** Only what another window decided: what is being chosen here stays. */
export async function refresh(event, app) {
  if (!shown || !['results', 'all'].includes(event.kind)) return;
  const mine = shown;
  const { result } = await call('result', { id: mine.id });
  if (!result.waits && shown === mine) await mine.draw();
}

