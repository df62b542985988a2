// SPDX-License-Identifier: Apache-2.0
// Forms: labels above fields, 必須 in words, one summary of what is to be put right that links to the
// fields, and the sentence at each. What is typed is kept in drafts until it is taken.
import { dayParse, dayText } from './format.js';
import { el, fill, isComposing, newId } from './dom.js';

const drafts = new Map(); // scope and form's key → {values: {field: text}, at_ms}; never in the browser's storage
let keeper = { scope: () => '', put() {} };

/**
 * Who keeps drafts beyond this page. scope(): of what is shown, so that nothing of one facility is
 * ever in a form of another; put(scope, key, values): values null: it is done with.
 */
export const draftsKeeper = (one) => { keeper = one; };

const within = (key) => `${keeper.scope()} ${key}`;

/** Is anything typed that has not been taken? */
export const draftsWait = () => drafts.size > 0;
/** {values, at_ms}, or undefined. */
export const draftOf = (key) => drafts.get(within(key));
/** From the keeper; what has been typed since is newer. */
export function draftsPut(key, values, at_ms) {
  if (!drafts.has(within(key))) drafts.set(within(key), { values, at_ms });
}
/** Typed now. */
export function draftKeep(key, values) {
  drafts.set(within(key), { values, at_ms: Date.now() });
  keeper.put(keeper.scope(), key, values);
}
export function draftForget(key) {
  if (drafts.delete(within(key))) keeper.put(keeper.scope(), key, null);
}

function control(spec, id) {
  const common = { id, name: spec.name, 'aria-required': spec.required ? 'true' : null, autocomplete: spec.autocomplete ?? 'off' };
  if (spec.type === 'choice') {
    return el('select', common, spec.options.map((option) => el('option', { value: option.value }, option.text)));
  }
  if (spec.type === 'text-long') return el('textarea', { ...common, rows: spec.rows ?? 3 });
  const type = spec.type === 'password' ? 'password' : spec.type === 'checkbox' ? 'checkbox' : 'text';
  return el('input', {
    ...common, type, inputmode: spec.type === 'digits' ? 'numeric' : null, size: spec.size, spellcheck: 'false',
  });
}

/** What the date that is being typed is understood as. */
function dayEcho(input) {
  const echo = el('p', { class: 'hint', 'aria-live': 'polite' });
  const show = () => {
    const day = input.value.trim() ? dayParse(input.value) : undefined;
    echo.textContent = day === undefined ? '例: R7.4.1、20250401、2025/4/1' : day === null ? '日付として読めません' : dayText(day);
  };
  input.addEventListener('input', show);
  show();
  return { echo, show };
}

/**
 * One field. spec: {name, label, type?: text|digits|day|password|choice|checkbox|text-long, required?,
 * hint?, options?, value?, size?}. Gives {node, name, input, value(), set(value), complain(text|null)}.
 */
export function field(spec) {
  const id = newId('field');
  const input = control(spec, id);
  const error = el('p', { class: 'field-error', id: `${id}-error`, hidden: true });
  const hint = spec.hint && el('p', { class: 'hint', id: `${id}-hint` }, spec.hint);
  const label = el('label', { for: id }, spec.label, spec.required && el('span', { class: 'required' }, '必須'));
  const day = spec.type === 'day' ? dayEcho(input) : null;
  const isBox = spec.type === 'checkbox';
  const node = el('div', { class: isBox ? 'field checkbox' : 'field' },
    isBox ? [input, label] : [label, hint, input], day?.echo, isBox && hint, error);
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(' ');
  input.setAttribute('aria-describedby', described);
  const self = {
    node, input, name: spec.name, spec,
    value: () => (isBox ? input.checked : spec.type === 'day' ? dayParse(input.value) : input.value.trim()),
    set(value) {
      if (isBox) input.checked = Boolean(value);
      else input.value = spec.type === 'day' && typeof value === 'number' ? dayText(value) : value ?? '';
      day?.show();
    },
    complain(text) {
      error.hidden = !text;
      fill(error, text && [el('span', { 'aria-hidden': 'true' }, '✕ '), text]);
      node.classList.toggle('bad', Boolean(text));
      if (text) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    },
  };
  if (spec.value !== undefined) self.set(spec.value);
  return self;
}

function summary() {
  const node = el('div', { class: 'error-summary', role: 'alert', tabindex: '-1', hidden: true });
  return {
    node,
    show(title, rows) {
      node.hidden = false;
      fill(node, el('h2', {}, title), el('ul', {}, rows.map(({ one, text }) => el('li', {}, one
        ? el('a', { href: `#${one.input.id}`, onclick: (event) => { event.preventDefault(); one.input.focus(); } },
          `${one.spec.label}: ${text}`)
        : text))));
      node.focus();
    },
    clear() { node.hidden = true; fill(node); },
  };
}

/** Answers whether anything was there. */
function draftWatch(key, fields) {
  const kept = draftOf(key)?.values;
  for (const one of fields) {
    if (one.spec.type === 'password') continue;
    if (kept && one.name in kept) one.set(kept[one.name]);
    one.input.addEventListener('input', () => draftKeep(key,
      { ...draftOf(key)?.values, [one.name]: one.spec.type === 'checkbox' ? one.input.checked : one.input.value }));
  }
  return Boolean(kept);
}

function missing(fields) {
  return fields.flatMap((one) => {
    const value = one.value();
    if (one.spec.required && (value === '' || value === false || (one.spec.type === 'day' && !one.input.value.trim()))) return [{ one, text: '入力してください。' }];
    if (one.spec.type === 'day' && one.input.value.trim() && value === null) return [{ one, text: '日付として読めません。' }];
    return [];
  });
}

/**
 * A form. {key, fields, submit: {text, run(values) → promise}, extra?}: run throws a problem (api.js) to
 * have its fields marked; when it is done the draft is forgotten. key: of the draft; absent: none.
 */
export function form({ key, fields, submit, buttons = [], before = [] }) {
  const top = summary();
  const button = el('button', { type: 'submit', class: 'primary' }, submit.text);
  const complain = (title, rows) => {
    for (const { one, text } of rows) one?.complain(text);
    top.show(title, rows);
  };
  const refuse = (problem) => {
    const rows = (problem.fields ?? []).map(({ field: name, text }) => ({ one: fields.find((f) => f.name === name), text }));
    complain(problem.title, rows.length ? rows : [{ text: problem.action }]);
  };
  async function run() {
    top.clear();
    for (const one of fields) one.complain(null);
    const wrong = missing(fields);
    if (wrong.length) return complain('直していただくところがあります', wrong);
    button.disabled = true;
    try {
      await submit.run(Object.fromEntries(fields.map((one) => [one.name, one.value()])));
      if (key) draftForget(key);
    } catch (problem) {
      if (!problem.title) throw problem;
      refuse(problem);
    } finally {
      button.disabled = false;
    }
    return undefined;
  }
  const node = el('form', { novalidate: true, autocomplete: 'off' }, top.node, before, fields.map((one) => one.node),
    el('div', { class: 'buttons' }, button, buttons));
  node.addEventListener('submit', (event) => { event.preventDefault(); run(); });
  node.addEventListener('keydown', (event) => { if (event.key === 'Enter' && isComposing(event)) event.stopPropagation(); });
  if (key && draftWatch(key, fields)) top.node.after(el('p', { class: 'box warning draft', role: 'status' }, '書きかけの内容を戻しました。まだ保存していません。'));
  return { node, fields, refuse, button };
}
