// SPDX-License-Identifier: Apache-2.0
// What the sections of 設定 have in common.
import { announce, el, fill } from '/common/dom.js';
import { loginOver, onSession } from '../session.js';

/**
 * A place for one form at a time. open(title, make): make(done) gives a form of fields.js; done(words)
 * closes it and says so. what has the focus gets it back, or the section's heading.
 */
export function formPlace() {
  const node = el('div', { class: 'card form-place', hidden: true });
  let before = null;
  const close = () => {
    node.hidden = true;
    fill(node);
    const back = before?.isConnected ? before : document.querySelector('.section > h2');
    back?.focus();
  };
  return {
    node, close,
    open(title, make) {
      before = document.activeElement;
      const made = make((words) => { close(); if (words) announce(words); });
      fill(node, el('h3', {}, title), made.intro, made.node);
      node.hidden = false;
      made.fields[0].input.focus();
    },
  };
}

/** A button that closes it: やめる. */
export const quit = (place) => el('button', { type: 'button', onclick: () => place.close() }, 'やめる');

/** What is wrong with a form before it is sent. */
export const refused = (field, text) => Object.assign(new Error(), { title: '直していただくところがあります', fields: [{ field, text }] });

/** A problem about this field, whose form has none, is told in a dialog with its sentence. */
export function loose(problem) {
  const text = problem.fields?.[0]?.text;
  return text ? Object.assign(problem, { action: text }) : problem;
}

/** One row of a list of things: what it is, its marks, what can be done. */
export const entry = (what, marks, buttons) => el('li', {}, el('div', { class: 'what' }, what), el('div', { class: 'marks' }, marks),
  el('div', { class: 'buttons tight' }, buttons));
export const entries = (rows) => el('ul', { class: 'plain entries' }, rows);

export const button = (text, onclick, label) => el('button', { type: 'button', onclick, 'aria-label': label }, text);

/** What only the service can tell: drawn once somebody is logged in, taken away when nobody is any more. */
export function whenIn(root, app, come, leave) {
  const out = el('div', { class: 'box warning' }, el('p', {}, 'サービスにログインすると見られます。'),
    el('div', { class: 'buttons tight' }, button('ログイン', () => app.run(() => loginOver(app)))));
  let isIn = null;
  root.append(out);
  return onSession((state) => {
    const now = state.phase === 'in' && !state.needs_device;
    if (now === isIn) return;
    isIn = now;
    out.hidden = now;
    if (now) come();
    else leave();
  });
}
