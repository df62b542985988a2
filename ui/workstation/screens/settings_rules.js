// SPDX-License-Identifier: Apache-2.0
// 取り込みの決まり: what is done with each field that a result tells otherwise than the chart.
import { announce, el } from '/common/dom.js';
import { call } from '../api.js';

const CHOICES = [['take', '反映する'], ['ask', '毎回たずねる'], ['keep', '反映しない']];

function choice(one, app) {
  const select = el('select', { id: `rule-${one.name}`, 'aria-describedby': `rule-${one.name}-meaning` }, CHOICES.map(([value, text]) =>
    el('option', { value }, value === one.otherwise ? `${text}（標準）` : text)));
  let held = one.choice ?? one.otherwise;
  select.value = held;
  select.addEventListener('change', () => app.run(async () => {
    try {
      await call('chart_policy', { number: 0, field: one.name, choice: select.value });
    } catch (problem) {
      select.value = held; // what holds is what is shown
      throw problem;
    }
    held = select.value;
    announce(`${one.label}: ${select.selectedOptions[0].textContent} にしました`);
  }));
  return select;
}

const row = (one, app) => el('tr', {},
  el('th', { scope: 'row' }, el('label', { for: `rule-${one.name}` }, one.label), el('small', { id: `rule-${one.name}-meaning` }, one.meaning)),
  el('td', {}, choice(one, app)));

export async function show(root, app) {
  const { fields } = await call('policies');
  root.append(
    el('p', {}, '届いた結果がカルテと違うとき、項目ごとにどうするかを決めます。選ぶとすぐに変わります。カルテが空のときは、たずねずに入れます。'),
    el('div', { class: 'table-scroll rules' }, el('table', {}, el('caption', { class: 'unseen' }, '取り込みの決まり'),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, '項目'), el('th', { scope: 'col' }, '結果がカルテと違うとき'))),
      el('tbody', {}, fields.map((one) => row(one, app))))),
    el('p', { class: 'hint' }, '患者さんごとの決まりは、個人画面で決められ、そちらが先です。反映した変更は、個人画面の「元に戻す」で取り消せます。'));
}
