// SPDX-License-Identifier: Apache-2.0
// A chart as somebody types it. Two windows: the second to save is told what changed meanwhile, and
// loses nothing of what is typed.
import { el } from '/common/dom.js';
import { dayText } from '/common/format.js';
import { tell } from '/common/dialog.js';
import { field, form } from '/common/fields.js';
import { call } from '../api.js';
import { saveOver } from '../moved.js';
import { fieldText, RATIOS, SEXES } from './person.js';

const PLACES = [1, 2, 3, 4];
const SIMPLE = ['name', 'kana', 'birth', 'sex', 'post', 'address', 'telephone', 'ratio', 'notes', 'first_visit'];
const LABELS = { name: '氏名', kana: 'カナ氏名', birth: '生年月日', sex: '性別', post: '郵便番号', address: '住所', telephone: '電話', ratio: '負担割合', notes: 'メモ', first_visit: '初めて来た日' };

const dayOf = (value) => (/^\d{8}$/.test(String(value ?? '')) ? Number(value) : undefined);

function simpleFields(chart) {
  return [
    field({ name: 'name', label: LABELS.name, value: chart.name, hint: '例: 山田　花子' }),
    field({ name: 'kana', label: LABELS.kana, value: chart.kana, hint: '例: ヤマダ　ハナコ' }),
    field({ name: 'birth', label: LABELS.birth, type: 'day', value: dayOf(chart.birth) ?? chart.birth }),
    field({ name: 'sex', label: LABELS.sex, type: 'choice', options: SEXES, value: chart.sex ?? '' }),
    field({ name: 'ratio', label: LABELS.ratio, type: 'choice', options: RATIOS, value: chart.ratio ?? '' }),
    field({ name: 'post', label: LABELS.post, type: 'digits', size: 10, value: chart.post, hint: '例: 100-0001' }),
    field({ name: 'address', label: LABELS.address, value: chart.address }),
    field({ name: 'telephone', label: LABELS.telephone, size: 20, value: chart.telephone }),
    field({ name: 'first_visit', label: LABELS.first_visit, type: 'day', value: dayOf(chart.first_visit) }),
    field({ name: 'notes', label: LABELS.notes, type: 'text-long', rows: 3, value: chart.notes, hint: '結果で書きかわることはありません。' }),
  ];
}

function expenseFields(expenses) {
  return PLACES.flatMap((place) => {
    const one = expenses.find((each) => each.place === place) ?? {};
    return [
      field({ name: `expense${place}_payer`, label: `公費${place} 負担者番号`, type: 'digits', size: 10, value: one.payer, hint: place === 1 ? '8桁。ないときは空のままにします。' : undefined }),
      field({ name: `expense${place}_recipient`, label: `公費${place} 受給者番号`, type: 'digits', size: 10, value: one.recipient, hint: place === 1 ? '7桁' : undefined }),
      field({ name: `expense${place}_from`, label: `公費${place} いつから`, type: 'day', value: dayOf(one.from) }),
      field({ name: `expense${place}_to`, label: `公費${place} いつまで`, type: 'day', value: dayOf(one.to) }),
    ];
  });
}

function bodyOf(values, chart) {
  const text = (key) => values[key] ?? '';
  return {
    chart: {
      number: chart.number ?? 0, version: chart.version ?? 0, name: text('name'), kana: text('kana'),
      birth: values.birth ? String(values.birth) : '', sex: text('sex'), post: text('post'), address: text('address'),
      telephone: text('telephone'), ratio: text('ratio'),
    },
    more: {
      notes: text('notes'), why: text('why'), first_visit: values.first_visit || 0,
      expenses: PLACES.map((place) => ({ payer: text(`expense${place}_payer`), recipient: text(`expense${place}_recipient`),
        from: values[`expense${place}_from`] || 0, to: values[`expense${place}_to`] || 0 })),
    },
  };
}

/** All that a form shows of a chart, by the names of its fields. */
function valuesOf({ chart, expenses }) {
  const values = Object.fromEntries(SIMPLE.map((key) => [key, key === 'birth' || key === 'first_visit' ? dayOf(chart[key]) ?? '' : chart[key] ?? '']));
  for (const place of PLACES) {
    const one = expenses.find((each) => each.place === place) ?? {};
    Object.assign(values, { [`expense${place}_payer`]: one.payer ?? '', [`expense${place}_recipient`]: one.recipient ?? '',
      [`expense${place}_from`]: dayOf(one.from) ?? '', [`expense${place}_to`]: dayOf(one.to) ?? '' });
  }
  return values;
}

const shownText = (key, value) => (typeof value === 'number' ? dayText(value)
  : key === 'sex' ? SEXES.find((one) => one.value === value)?.text : fieldText(key, value)) || '（なし）';

/** answer: of call('chart'), or null for a new one. saved(number): it is stored. */
export function chartForm({ answer, saved, cancel }) {
  let chart = answer?.chart ?? {};
  const before = answer ? valuesOf(answer) : {};
  const simple = simpleFields(chart);
  const expenses = expenseFields(answer?.expenses ?? []);
  const why = field({ name: 'why', label: '書き直す理由', hint: '書かなくてもかまいません。例: 電話で聞いた' });
  const fields = [...simple, ...expenses, ...(answer ? [why] : [])];
  async function run(values) {
    const made = await saveOver({
      fields, before, text: shownText,
      save: () => call('chart_save', bodyOf(values, chart)),
      async values() {
        const now = await call('chart', { number: chart.number });
        chart = now.chart;
        return valuesOf(now);
      },
    });
    const doubts = made.doubts.filter((one) => values[one.field] !== before[one.field]); // told once
    if (doubts.length) {
      await tell({ title: '保存しました。番号を確かめてください', body: doubts.map((one) =>
        el('p', {}, `${fields.find((f) => f.name === one.field)?.spec.label ?? ''}: ${one.text}`)) });
    }
    return saved(made.number);
  }
  const made = form({ key: `chart/${chart.number ?? 'new'}`, fields, submit: { text: '保存する', run },
    buttons: [el('button', { type: 'button', onclick: cancel }, 'やめる')] });
  made.node.classList.add('chart-form');
  const rows = el('fieldset', { class: 'expenses' }, el('legend', {}, '公費（4つまで）'),
    PLACES.map((place) => el('div', { class: 'expense' }, expenses.slice((place - 1) * 4, place * 4).map((one) => one.node))));
  made.node.querySelector('.buttons').before(rows, ...(answer ? [why.node] : []));
  return made;
}
