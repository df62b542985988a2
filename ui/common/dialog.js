// SPDX-License-Identifier: Apache-2.0
// Questions and notices over the page. The browser's own modal dialog keeps the focus inside and
// gives it back; Escape leaves, Enter does what the filled button says.
import { el, isComposing, newId } from './dom.js';

/**
 * Ask, and wait. buttons: [{text, value, primary?}], the filled one first; Escape answers null.
 * body: nodes or texts. Resolves to the value of the button.
 */
export function ask({ title, body = [], buttons, wide = false }) {
  const titleId = newId('dialog');
  return new Promise((resolve) => {
    const done = (value) => { dialog.dataset.value = ''; answer = value; dialog.close(); };
    let answer = null;
    const row = buttons.map((button) => el('button', {
      type: 'button', class: button.primary ? 'primary' : '', autofocus: button.primary,
      onclick: () => done(button.value),
    }, button.text));
    const dialog = el('dialog', { class: wide ? 'wide' : '', 'aria-labelledby': titleId },
      el('h2', { id: titleId }, title), el('div', { class: 'dialog-body' }, body), el('div', { class: 'buttons' }, row));
    // Enter in a field does what the filled button says.
    dialog.addEventListener('keydown', (event) => {
      const primary = buttons.find((button) => button.primary);
      if (event.key !== 'Enter' || isComposing(event) || !primary || !event.target.matches('input')) return;
      event.preventDefault();
      done(primary.value);
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.scrollTop = 0; // a long one begins at its beginning, though the button has the focus
  });
}

/** A question with two answers. True: the filled button. */
export const confirm = ({ title, body, yes, no = 'やめる' }) =>
  ask({ title, body, buttons: [{ text: yes, value: true, primary: true }, { text: no, value: null }] })
    .then((value) => value === true);

/** A notice. */
export const tell = ({ title, body, ok = '閉じる' }) =>
  ask({ title, body, buttons: [{ text: ok, value: true, primary: true }] });

/** Close whatever is open: the screen is about to be covered. */
export function closeAll() {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
}

/** What happened, what to do now, the number to tell the vendor. */
export const problemBody = (problem) => [
  el('p', {}, problem.action),
  problem.request_id && el('p', { class: 'hint' }, `問い合わせ番号: ${problem.request_id}（${problem.code}）`),
];

/** A problem of the program or the service, in the words of its row. */
export const tellProblem = (problem) => tell({ title: problem.title, body: problemBody(problem) });
