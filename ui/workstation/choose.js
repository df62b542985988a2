// SPDX-License-Identifier: Apache-2.0
// A chart is looked for and chosen, over whatever screen; and what somebody is about to do is said
// once more, with room for why.
import { el, fill, isComposing, name, newId } from '/common/dom.js';
import { ask } from '/common/dialog.js';
import { dayParse, dayText } from '/common/format.js';
import { call } from './api.js';

const LINES_MAX = 12, SEARCH_MS = 150;

const lineOf = (row) => [el('b', {}, `カルテ ${row.number}`), ' ', name(row.name ?? '（氏名なし）'), ' ', name(row.kana), ' ',
  el('small', {}, [dayText(row.birth), row.sex, row.insurer_name].filter(Boolean).join('　'))];

/** Up and Down go through the charts found, from the field and back. */
function arrows(input, list) {
  return (event) => {
    if (isComposing(event) || !['ArrowDown', 'ArrowUp', 'Enter'].includes(event.key)) return;
    const buttons = [...list.querySelectorAll('button')];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === 'Enter') {
      if (at >= 0 || !buttons.length) return;
      event.preventDefault();
      buttons[0].focus();
      return;
    }
    event.preventDefault();
    const next = event.key === 'ArrowDown' ? Math.min(at + 1, buttons.length - 1) : at - 1;
    (next < 0 ? input : buttons[next])?.focus();
  };
}

/**
 * Resolves to the chart's row, or null. lead: what it is for; except: the number of a chart that is
 * out of the question.
 */
export function chartChoose({ title, lead, except = 0, text = '' }) {
  const id = newId('choose');
  return new Promise((resolve) => {
    let answer = null;
    let turn = 0;
    let timer = 0;
    const input = el('input', { id, type: 'search', value: text, autocomplete: 'off', spellcheck: 'false', size: 30 });
    const found = el('p', { class: 'hint', 'aria-live': 'polite' });
    const list = el('ul', { class: 'plain choices' });
    const choose = (row) => { answer = row; dialog.close(); };
    async function look() {
      const mine = ++turn;
      const day = dayParse(input.value);
      const { charts } = await call('charts', { text: input.value.trim(), ...(day ? { birth: String(day) } : {}) });
      if (mine !== turn) return;
      const rows = charts.filter((row) => row.number !== except);
      fill(list, rows.slice(0, LINES_MAX).map((row) => el('li', {}, el('button', { type: 'button', onclick: () => choose(row) }, lineOf(row)))));
      found.textContent = !rows.length ? '見つかりませんでした。氏名の一部、カナ、生年月日、番号でさがせます。'
        : rows.length > LINES_MAX ? `${rows.length}人います。はじめの${LINES_MAX}人です。文字を足すとしぼれます。` : `${rows.length}人います。↓で選び、Enterで決めます。`;
    }
    const soon = () => { clearTimeout(timer); timer = setTimeout(() => look().catch(() => {}), SEARCH_MS); };
    input.addEventListener('input', (event) => { if (!isComposing(event)) soon(); });
    input.addEventListener('compositionend', soon);
    const dialog = el('dialog', { class: 'wide', 'aria-labelledby': `${id}-title`, onkeydown: arrows(input, list) },
      el('h2', { id: `${id}-title` }, title), el('div', { class: 'dialog-body' }, lead,
        el('div', { class: 'field' }, el('label', { for: id }, 'カルテをさがす（カナ・氏名・番号・生年月日）'), input), found, list),
      el('div', { class: 'buttons' }, el('button', { type: 'button', onclick: () => dialog.close() }, 'やめる')));
    dialog.addEventListener('close', () => {
      clearTimeout(timer);
      turn++;
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
    look().catch(() => {});
  });
}

const reasons = new Map(); // a question's title → what is typed: a lock closes the question

/** A question with room for a reason: {why} when the filled button was pressed, else null. */
export async function confirmWhy({ title, body, yes }) {
  const id = newId('why');
  const input = el('input', { id, type: 'text', autocomplete: 'off', maxlength: 200, value: reasons.get(title) ?? '',
    oninput: () => reasons.set(title, input.value) });
  const said = await ask({
    title, wide: true,
    body: [body, el('div', { class: 'field' }, el('label', { for: id }, '理由（書かなくてもかまいません）'), input)],
    buttons: [{ text: yes, value: true, primary: true }, { text: 'やめる', value: null }],
  });
  if (said) reasons.delete(title);
  return said ? { why: input.value.trim() } : null;
}

const SAME = [['birth', '生年月日', (one) => dayText(one.birth)], ['sex', '性別', (one) => one.sex_word ?? one.sex ?? ''],
  ['kana', 'カナ', (one) => one.kana ?? ''], ['name', '氏名', (one) => one.name ?? '']];

/** Two people beside each other; what differs is said in words. left, right: {title, …of a chart}. */
export function besideEachOther(left, right) {
  const plain = (text) => text.normalize('NFKC').replace(/\s/g, '');
  const differs = SAME.filter(([, , text]) => text(left) && text(right) && plain(text(left)) !== plain(text(right)));
  const grave = differs.filter(([key]) => key === 'birth' || key === 'sex').map(([, label]) => label);
  return [
    grave.length > 0 && el('p', { class: 'box attention' }, `● ${grave.join('と')}が違います。別の患者さんではないか、必ず確かめてください。`),
    el('table', { 'aria-label': 'くらべる' },
      el('thead', {}, el('tr', {}, el('td', {}), el('th', { scope: 'col' }, left.title), el('th', { scope: 'col' }, right.title))),
      el('tbody', {}, [...SAME].reverse().map(([key, label, text]) => el('tr', { class: differs.some(([one]) => one === key) ? 'differs' : '' },
        el('th', { scope: 'row' }, label), el('td', {}, name(text(left) || '—')),
        el('td', {}, differs.some(([one]) => one === key) && el('span', { class: 'mark warning' }, '◆ 違います '), name(text(right) || '—')))))),
  ];
}
