// SPDX-License-Identifier: Apache-2.0
// An insurance as somebody types it: one more, one that is put right, one that has ended.
import { el } from '/common/dom.js';
import { dayText, ratioText } from '/common/format.js';
import { tell } from '/common/dialog.js';
import { field, form } from '/common/fields.js';
import { call } from '../api.js';
import { saveOver } from '../moved.js';
import { RATIOS } from './person.js';

/** Of a table of codes: {'01': '…'}, in its order. */
const choices = (table) => [{ value: '', text: '（わからない）' }, ...Object.entries(table)
  .sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, text]) => ({ value, text }))];

const CODES = { relation: 'relation_code', card_class: 'card_class_code' };
const TEXTS = ['insurer_number', 'insurer_name', 'symbol', 'number', 'branch', 'relation', 'card_class', 'ratio'];
const DAYS = ['begins', 'closed_on'];

/** What the form shows of an insurance, by the names of its fields. */
function valuesOf(one = {}) {
  return Object.fromEntries([...TEXTS.map((key) => [key, one[CODES[key] ?? key] ?? '']), ...DAYS.map((key) => [key, one[key] || ''])]);
}

function fieldsMake(values, codes) {
  const make = (key, label, more = {}) => field({ name: key, label, value: values[key], ...more });
  return [
    make('insurer_number', '保険者番号', { type: 'digits', size: 12, required: true, hint: '8桁。国民健康保険は6桁です。' }),
    make('insurer_name', '保険者の名前', { hint: '例: 全国健康保険協会東京支部' }),
    make('symbol', '記号', { size: 16, hint: 'ないときは空のままにします。' }),
    make('number', '番号', { size: 16, required: true, hint: '先頭の0も入れてください。' }),
    make('branch', '枝番', { type: 'digits', size: 4, hint: '2桁' }),
    make('relation', '本人・家族', { type: 'choice', options: choices(codes.relation) }),
    make('card_class', '証の種類', { type: 'choice', options: choices(codes.card_class) }),
    make('ratio', '負担割合', { type: 'choice', options: RATIOS }),
    make('begins', 'いつから', { type: 'day', required: true }),
    make('closed_on', 'いつまで', { type: 'day', hint: 'いまも使っているときは空のままにします。' }),
    field({ name: 'why', label: '理由', hint: '書かなくてもかまいません。例: 資格確認書を見て' }),
  ];
}

const shownText = (codes) => (key, value) => (DAYS.includes(key) ? dayText(value) : key === 'ratio' ? ratioText(value)
  : codes[key]?.[value] ?? value) || '（なし）';

/** answer: of call('chart'). order: which insurance is put right; 0: one more. */
export function insuranceForm({ answer, order, saved, cancel }) {
  let { version } = answer.chart;
  const { number } = answer.chart;
  const held = answer.insurances.find((one) => one.order === order);
  const before = valuesOf(held);
  const fields = fieldsMake(before, answer.codes);
  async function run(values) {
    const body = Object.fromEntries([...TEXTS, 'why'].map((key) => [key, values[key] ?? '']));
    for (const key of DAYS) body[key] = values[key] || 0;
    const made = await saveOver({
      fields, before, text: shownText(answer.codes),
      save: () => call('chart_insure', { ...body, chart: number, version, order }),
      async values() {
        const now = await call('chart', { number });
        ({ version } = now.chart);
        return valuesOf(now.insurances.find((one) => one.order === order));
      },
    });
    const doubts = made.doubts.filter((one) => values[one.field] !== before[one.field]); // told once
    if (doubts.length) {
      await tell({ title: '保存しました。番号を確かめてください', body: doubts.map((one) =>
        el('p', {}, `${fields.find((f) => f.name === one.field)?.spec.label ?? ''}: ${one.text}`)) });
    }
    return saved();
  }
  const made = form({ key: `insurance/${number}/${order || 'new'}`, fields, submit: { text: '保存する', run },
    buttons: [el('button', { type: 'button', onclick: cancel }, 'やめる')] });
  made.node.classList.add('chart-form');
  return made;
}
