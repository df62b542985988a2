// SPDX-License-Identifier: Apache-2.0
// A desk that nobody sits at: covered after a minute, locked after five, what was copied is taken
// out of the clipboard. What is on the screen leaves the document while it is locked - a browser's
// print, search or reader finds nothing - and comes back as it was, with all that was typed.
import { el, fill, isComposing, newId } from '/common/dom.js';
import { closeAll } from '/common/dialog.js';
import { field, form } from '/common/fields.js';
import { call, Problem } from './api.js';

const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'input', 'compositionupdate'];
const ALIVE_MS = 20 * 1000;
const CLIPBOARD_MS = 30 * 1000;

/** Takes back what this page put into the clipboard: at a lock, and half a minute later. */
function clipboardKeeper() {
  let copied = false;
  let timer = 0;
  const clear = async () => {
    if (!copied) return;
    clearTimeout(timer);
    // A window without the focus may not write: then when it has it again.
    await navigator.clipboard.writeText('').then(() => { copied = false; }, () => {});
  };
  const note = () => {
    copied = true;
    clearTimeout(timer);
    timer = setTimeout(clear, CLIPBOARD_MS);
  };
  document.addEventListener('copy', note);
  document.addEventListener('cut', note);
  window.addEventListener('focus', () => { if (copied && document.body.classList.contains('locked')) clear(); });
  return { clear, copy: (text) => navigator.clipboard.writeText(text).then(note) };
}

function cover() {
  const node = el('div', { class: 'cover', role: 'status', hidden: true }, el('p', {}, '画面を隠しています'),
    el('p', { class: 'hint' }, 'キーを押すか、マウスを動かすと戻ります。'));
  document.body.append(node);
  return node;
}

/** times: {mask_s, lock_s}; lock(): the page shows the unlock screen. */
export function guard({ lock }) {
  const clipboard = clipboardKeeper();
  const covering = cover();
  let times = null;
  let seen = Date.now();
  let told = 0;

  const uncover = () => { covering.hidden = true; document.body.classList.remove('masked'); };
  const mask = () => { covering.hidden = false; document.body.classList.add('masked'); };

  function sign(event) {
    if (!times) return;
    if (document.body.classList.contains('masked') && event.type !== 'pointermove') {
      event.preventDefault(); // the key that uncovers does nothing else
      event.stopPropagation();
    }
    if (Date.now() - seen >= times.lock_s * 1000) return; // too late: the tick locks
    seen = Date.now();
    uncover();
    if (seen - told >= ALIVE_MS) {
      told = seen;
      call('alive').catch(() => {});
    }
  }
  for (const type of SIGNS) window.addEventListener(type, sign, { capture: true, passive: false });

  function tick() {
    if (!times) return;
    const idle = Date.now() - seen;
    if (idle >= times.lock_s * 1000) lock();
    else if (idle >= times.mask_s * 1000) mask();
  }
  setInterval(tick, 1000);

  return {
    clipboard,
    begin(state) { times = state; seen = told = Date.now(); uncover(); },
    end() { times = null; uncover(); clipboard.clear(); closeAll(); },
  };
}

/** A forgotten password: the key on paper, and a new one. */
function recoverForm({ staff, done, back }) {
  const fields = [
    field({ name: 'recovery', label: '復旧キー（復旧用の紙の11組）', required: true, hint: '区切りの線や空白は、あってもなくてもかまいません。' }),
    field({ name: 'password', label: '新しいパスワード', type: 'password', required: true, autocomplete: 'new-password', hint: '8文字以上' }),
    field({ name: 'again', label: '新しいパスワード（もう一度）', type: 'password', required: true, autocomplete: 'new-password' }),
  ];
  const [recovery, password, again] = fields.map((one) => one.input);
  return form({
    fields, buttons: [el('button', { type: 'button', onclick: back }, '戻る')],
    submit: {
      text: 'パスワードを新しくして開く',
      async run() {
        if (password.value !== again.value) {
          throw new Problem({ title: '直していただくところがあります', fields: [{ field: 'again', text: '2つのパスワードが違います。' }] });
        }
        await call('recover', { staff: staff(), recovery: recovery.value, password: password.value });
        for (const one of fields) one.set('');
        await done();
      },
    },
  });
}

/** Who is there: one of the people, a password. first: nothing was open yet. done(): it has opened. */
export function unlockScreen({ state, done, first }) {
  const group = newId('staff');
  let chosen = state.people.find((one) => one.id === unlockScreen.last)?.id ?? state.people[0]?.id;
  const people = el('fieldset', { class: 'people' }, el('legend', {}, '担当者'), state.people.map((one) =>
    el('label', {}, el('input', {
      type: 'radio', name: group, value: one.id, checked: one.id === chosen, onchange: () => { chosen = one.id; password.input.focus(); },
    }), el('bdi', {}, one.name))));
  const password = field({ name: 'password', label: 'パスワード', type: 'password', required: true, autocomplete: 'current-password' });
  const made = form({
    fields: [password], before: [people],
    submit: {
      text: 'ロックを解除する',
      async run({ password: typed }) {
        await call('unlock', { staff: chosen, password: password.input.value || typed })
          .catch((problem) => { password.set(''); setTimeout(() => password.input.focus()); throw problem; });
        password.set('');
        unlockScreen.last = chosen;
        await done();
      },
    },
  });
  const forgotten = el('button', { type: 'button', onclick: () => {
    const rescue = recoverForm({ staff: () => chosen, done, back: () => { rescue.node.replaceWith(made.node); made.node.prepend(people); password.input.focus(); } });
    made.node.replaceWith(rescue.node);
    rescue.node.prepend(people);
    rescue.fields[0].input.focus();
  } }, 'パスワードを忘れたとき');
  made.node.querySelector('.buttons').append(forgotten);
  const caps = el('p', { class: 'hint warn', hidden: true }, 'Caps Lock がオンです');
  password.node.append(caps);
  password.input.addEventListener('keydown', (event) => {
    if (!isComposing(event)) caps.hidden = !event.getModifierState?.('CapsLock');
  });
  const node = el('main', { class: 'single' }, el('div', { class: 'card' }, el('h1', {}, first ? '資格ワークステーション' : '画面ロック中'),
    el('p', {}, first ? '担当者を選び、パスワードを入れてください。'
      : '席を離れている間、患者さんの情報を隠しています。結果の受け取りは続いています。'), made.node,
    el('p', { class: 'version' }, `資格ワークステーション 版 ${state.version}　`,
      el('a', { href: '/manual/#lock', target: 'shikaku-manual' }, '手引き', el('kbd', {}, 'F1')))));
  return { node, focus: () => password.input.focus() };
}

/** Put a node in the page's place; answers what stood there. */
export function swap(node) {
  const page = document.getElementById('page');
  const before = [...page.childNodes];
  fill(page, node);
  return before;
}
