// SPDX-License-Identifier: Apache-2.0
// A list on paper: all of its rows, where the screen draws only those in sight. Made when something
// is printed, whichever way it was asked for, and gone again after it.
import { el, fill } from './dom.js';

/**
 * columns: [{title, cell(row) → node|text, class?}]. make() → {title, notes: [texts], rows}, asked at
 * the moment of printing. Gives {node, print(), end()}.
 */
export function paper({ columns, make }) {
  const node = el('div', { class: 'paper' });
  const draw = () => {
    const { title, notes, rows } = make();
    fill(node, el('h1', {}, title), notes.map((text) => el('p', {}, text)), el('table', {},
      el('thead', {}, el('tr', {}, columns.map((one) => el('th', { scope: 'col', class: one.class }, one.title)))),
      el('tbody', {}, rows.map((row) => el('tr', {}, columns.map((one) => el('td', { class: one.class }, one.cell(row))))))));
  };
  const clear = () => fill(node);
  window.addEventListener('beforeprint', draw);
  window.addEventListener('afterprint', clear);
  return {
    node,
    print: () => window.print(),
    end: () => {
      window.removeEventListener('beforeprint', draw);
      window.removeEventListener('afterprint', clear);
    },
  };
}
