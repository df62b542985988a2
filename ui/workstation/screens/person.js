// SPDX-License-Identifier: Apache-2.0
// How charts and results are put into words: for 患者, 個人画面 and 要判断.
import { el, mark, name } from '/common/dom.js';
import { dayText, japan, momentText, ratioText } from '/common/format.js';

export const today = () => japan(Date.now()).day;

export const SEXES = [['', '（わからない）'], ['1', '男'], ['2', '女'], ['3', '未設定']].map(([value, text]) => ({ value, text }));
export const RATIOS = [['', '（わからない）'], ['010', '1割'], ['020', '2割'], ['030', '3割'], ['000', 'なし（0割）']]
  .map(([value, text]) => ({ value, text }));

const METHODS = { pin: '暗証番号', visual: '目視' };
export const methodText = (method) => METHODS[method] ?? method ?? '';

/** The five words of the list, each with its shape. */
export const STATUSES = {
  asks: ['attention', '●', '要判断'], changed: ['warning', '◆', '保険が変更'], linked: ['success', '✓', '反映済み'],
  new: ['new', '＋', '新しいカルテ'], invalid: ['error', '✕', '有効でない'],
};
export const statusMark = (status) => mark(...(STATUSES[status] ?? ['plain', '・', status]));

export const momentLong = (digits) => (/^\d{14}$/.test(digits ?? '')
  ? `${dayText(digits.slice(0, 8))} ${digits.slice(8, 10)}:${digits.slice(10, 12)}` : digits ?? '');
export const momentNear = (digits) => momentText(digits, today());

/** A value of a result in the form of its element: {form, value, word}. */
export function factText({ form, value, word }) {
  if (form === 'day') return dayText(value);
  if (form === 'moment') return momentLong(value);
  if (form === 'ratio') return ratioText(value);
  if (form === 'yen') return `${value}円`;
  return word && word !== value ? `${word}（${value}）` : value;
}

/** A field of a chart: held and told are in its own words. */
export function fieldText(field, value, word) {
  if (!value) return '';
  if (['birth', 'first_visit', 'limit_from', 'limit_to'].includes(field)) return dayText(value);
  if (field === 'ratio') return ratioText(value);
  return word ?? value;
}

/** What belongs to an insurance, in the order people read it. */
export const INSURANCE = [
  ['insurer_number', '保険者番号'], ['insurer_name', '保険者名'], ['symbol', '記号'], ['number', '番号'], ['branch', '枝番'],
  ['relation', '本人・家族'], ['card_class', '証区分'], ['ratio', '負担割合'], ['valid_from', '有効開始日'], ['valid_to', '有効終了日'],
];
export const insuranceText = (key, value) => (!value ? '' : key.startsWith('valid_') ? dayText(value) : key === 'ratio' ? ratioText(value) : value);

export const insuranceLine = (one) => [name(one.insurer_name ?? one.insurer_number ?? ''),
  ` ${[one.symbol, one.number, one.branch].filter(Boolean).join('-')}`];

/** All that a qualification says, element by element with its meaning. */
export const factList = (facts) => el('dl', { class: 'facts explained' }, facts.map((fact) => [
  el('dt', {}, fact.label), el('dd', {}, el('span', {}, name(factText(fact))), el('small', { class: 'hint' }, fact.meaning))]));

/** What the desk does next where it is not 有効. */
export const adviceBox = (result, heading = 'h3') => result.advice && el('div', { class: 'box error' },
  el(heading, {}, `✕ ${result.advice.title}`), el('p', {}, result.advice.action));
