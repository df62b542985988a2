// SPDX-License-Identifier: Apache-2.0
// A table of thousands of rows of which the browser holds a screenful: rows of one height, empty
// space above and below. Up, Down, PageUp, PageDown, Home, End move; Enter opens.
import { el, fill, isComposing } from './dom.js';

const SPARE = 8; // rows drawn beyond each edge

/**
 * columns: [{key, title, cell(row) → node|text, sort?: bool, class?}]; open(row) on Enter or click.
 * label: what the table is, for those who listen; empty: what to do when there is nothing.
 * sort: {key, down} and onsort(key) when titles sort. rowId(row): keeps the place when rows change.
 */
export function table({ label, columns, rowHeight = 48, open, empty, rowId = (row) => row.id, onsort, rowClass }) {
  let rows = [];
  let at = 0; // the row with the focus
  let sort = null;
  const head = el('tr', {});
  const body = el('tbody', {});
  const node = el('table', { 'aria-label': label }, el('thead', {}, head), body);
  const scroll = el('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': label }, node);
  const nothing = el('div', { class: 'empty', hidden: true });

  function headDraw() {
    fill(head, columns.map((column) => {
      const is = sort && sort.key === column.key;
      const order = is ? (sort.down ? 'descending' : 'ascending') : null;
      const title = column.sort && onsort
        ? el('button', { type: 'button', class: 'sort', onclick: () => onsort(column.key) }, column.title,
          el('span', { 'aria-hidden': 'true' }, is ? (sort.down ? ' ▼' : ' ▲') : ''))
        : column.title;
      return el('th', { scope: 'col', class: column.class, 'aria-sort': order }, title);
    }));
  }

  function rowDraw(row, index) {
    const tr = el('tr', {
      'aria-rowindex': index + 2, 'data-index': index, tabindex: index === at ? '0' : '-1', class: rowClass?.(row),
      onclick: (event) => { if (!event.target.closest('button, a, input')) { at = index; open?.(row); } },
    }, columns.map((column) => el('td', { class: column.class }, column.cell(row))));
    tr.style.height = `${rowHeight}px`;
    return tr;
  }

  const space = (count) => {
    const tr = el('tr', { 'aria-hidden': 'true', class: 'space' });
    tr.style.height = `${count * rowHeight}px`;
    return tr;
  };

  function draw() {
    const focused = body.contains(document.activeElement);
    const first = Math.max(0, Math.floor(scroll.scrollTop / rowHeight) - SPARE);
    const last = Math.min(rows.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / rowHeight) + SPARE);
    node.setAttribute('aria-rowcount', rows.length + 1);
    fill(body, first > 0 && space(first), rows.slice(first, last).map((row, i) => rowDraw(row, first + i)),
      last < rows.length && space(rows.length - last));
    if (focused) body.querySelector(`[data-index="${at}"]`)?.focus({ preventScroll: true });
  }

  function move(to) {
    if (!rows.length) return;
    at = Math.max(0, Math.min(rows.length - 1, to));
    const top = at * rowHeight;
    const room = scroll.clientHeight - rowHeight; // the head stays on top
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top + rowHeight > scroll.scrollTop + room) scroll.scrollTop = top + rowHeight - room;
    draw();
    body.querySelector(`[data-index="${at}"]`)?.focus({ preventScroll: true });
  }

  const page = () => Math.max(1, Math.floor(scroll.clientHeight / rowHeight) - 2);
  const moves = {
    ArrowDown: () => move(at + 1), ArrowUp: () => move(at - 1),
    PageDown: () => move(at + page()), PageUp: () => move(at - page()),
    Home: () => move(0), End: () => move(rows.length - 1),
  };
  scroll.addEventListener('keydown', (event) => {
    if (isComposing(event) || event.target.closest('input, select, textarea')) return;
    if (event.key === 'Enter' && event.target.closest('tr[data-index]') && open) {
      event.preventDefault();
      open(rows[at]);
    } else if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    }
  });
  scroll.addEventListener('scroll', draw, { passive: true });
  new ResizeObserver(draw).observe(scroll);

  headDraw();
  return {
    node: el('div', { class: 'table' }, scroll, nothing),
    rows: () => rows,
    selected: () => rows[at],
    focus: () => move(at),
    /** Other rows; the one that had the focus keeps it. empty: what there is to do now without any. */
    set(next, { sort: by = sort, empty: note = empty } = {}) {
      const id = rows[at] && rowId(rows[at]);
      rows = next;
      sort = by;
      const found = id === undefined ? -1 : rows.findIndex((row) => rowId(row) === id);
      at = found >= 0 ? found : Math.min(at, Math.max(0, rows.length - 1));
      nothing.hidden = rows.length > 0;
      scroll.hidden = rows.length === 0;
      if (!rows.length) fill(nothing, note);
      headDraw();
      draw();
    },
  };
}
