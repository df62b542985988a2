// SPDX-License-Identifier: Apache-2.0
// What the lists of results have in common: words, shapes, cells of two lines.
import { el, mark, name } from '/common/dom.js';
import { dayShort } from '/common/format.js';

/** Word and shape of what became of a result; in the order in which somebody should look. */
export const statuses = {
  asks: { kind: 'attention', shape: '●', word: '要判断' },
  changed: { kind: 'warning', shape: '◆', word: '保険が変更' },
  new: { kind: 'new', shape: '＋', word: '新しいカルテ' },
  invalid: { kind: 'error', shape: '✕', word: '無効' },
  linked: { kind: 'success', shape: '✓', word: '反映済み' },
};

export const statusMark = (status) => {
  const { kind, shape, word } = statuses[status] ?? statuses.linked;
  return mark(kind, shape, word);
};

const methods = { pin: '暗証番号', visual: '目視' };
export const methodWord = (method) => methods[method] ?? method ?? '';

/** '20261122104205' → '10:42' */
export const timeText = (at) => `${at.slice(8, 10)}:${at.slice(10, 12)}`;
export const dayOf = (at) => Number(at.slice(0, 8));

/** '030' → '3割' */
export const ratioText = (ratio) => (/^0\d0$/.test(ratio ?? '') ? `${Number(ratio) / 10}割` : ratio ?? '');

/** 記号 番号 枝番, as on a card. */
export const memberText = (row) => [row.symbol, row.number, row.branch].filter(Boolean).join(' ');

/** Two lines in a cell, the second smaller. */
export const two = (first, second) => el('div', { class: 'two' }, el('span', {}, first), el('small', {}, second));

export const person = (row) => two(name(row.name ?? '（氏名なし）'), name(row.kana));
export const birth = (row) => two(dayShort(row.birth), row.sex);
