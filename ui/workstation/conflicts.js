// SPDX-License-Identifier: Apache-2.0
// 照会番号の食い違い: the service holds another number, or gave ours to somebody else. A person says which
// one counts; until then nothing is sent, and nothing is lost.
import { el, fill, name } from '/common/dom.js';
import { ask, tellProblem } from '/common/dialog.js';
import { call } from './api.js';

const CHANGED = 'サービスには別の番号で登録されています。';
const TAKEN = 'サービスでは、この番号は別の方に使われています。';
const OTHER = 'サービスがこの番号を受け付けませんでした。';

const why = (one) => (one.held ? CHANGED : one.code === 'reference_taken' ? TAKEN : OTHER);

function choices(one, primary) {
  const rows = [];
  if (one.held && !one.holder) rows.push({ text: `サービスの番号 ${one.held} にする`, value: 'held', primary });
  if (one.holder) rows.push({ text: `番号 ${one.held} のカルテを見る`, value: 'look', primary });
  if (one.held) rows.push({ text: `この番号 ${one.number} に置きかえる`, value: 'replace' });
  else rows.push({ text: '次の空いている番号にする', value: 'next', primary });
  return [...rows, { text: '登録しない', value: 'leave' }, { text: 'あとで', value: null }];
}

const told = (one) => [
  el('p', {}, name(one.name ?? ''), `（カルテ ${one.chart}）`), el('p', {}, why(one)),
  el('dl', { class: 'facts' }, el('dt', {}, 'このPCの番号'), el('dd', {}, one.number),
    one.held && [el('dt', {}, 'サービスの番号'), el('dd', {}, one.held)]),
  one.holder && el('p', { class: 'hint' }, `番号 ${one.held} は、ここのカルテ ${one.holder} のものです。同じ人なら、カルテを開いて「まとめる」で1つにしてください。`),
];

async function decide(one, app) {
  const word = await ask({ title: 'どちらの照会番号にしますか', wide: true, body: told(one), buttons: choices(one, true) });
  if (!word) return;
  if (word === 'look') app.go('chart', one.holder);
  else await call('conflict_settle', { id: one.id, word });
}

/** The box above the list; empty when nothing waits. */
export async function conflictsShow(place, app) {
  if (!place) return;
  const { conflicts } = await call('conflicts');
  const button = (one) => el('button', { type: 'button', onclick: () => app.run(async () => {
    await decide(one, app).catch((problem) => { if (!problem.title) throw problem; return tellProblem(problem); });
    if (place.isConnected) await conflictsShow(place, app);
  }) }, '見て決める');
  fill(place, conflicts.length > 0 && el('div', { class: 'box attention' }, el('h2', {}, `照会番号の食い違いが${conflicts.length}件あります`),
    el('ul', { class: 'plain' }, conflicts.map((one) => el('li', { class: 'conflict' }, name(one.name ?? ''), ` ${why(one)} `, button(one))))));
}
