// SPDX-License-Identifier: Apache-2.0
// The session with the service, for every screen: what the bar at the top says of it, orders that
// take their time, and the way in over whatever is being typed.
import { el, mark, name } from '/common/dom.js';
import { dayText, japan, momentText } from '/common/format.js';
import { call, facility, Problem } from './api.js';

const AGAIN_MS = 1000;
let last = null; // the last state, of `asked`
let asked = null;
const watchers = new Set();
const waiters = new Set();

/** The state as it was last told: null before that, and after another facility was chosen. */
export const session = () => (asked === facility() ? last : null);

/** watcher(state) hears of each state until the function that comes back is called. */
export function onSession(watcher) {
  watchers.add(watcher);
  if (session()) watcher(session());
  return () => watchers.delete(watcher);
}

/** たった今, 5分前, 3時間前, 2日前. */
export const agoText = (ms, now_ms) => {
  const minutes = Math.max(0, Math.floor((now_ms - ms) / 60000));
  if (minutes < 1) return 'たった今';
  if (minutes < 60) return `${minutes}分前`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)}時間前`;
  return `${Math.floor(minutes / 60 / 24)}日前`;
};

/** 11/22 10:30 of an instant. */
export function instantText(ms) {
  const { day, time } = japan(ms);
  return momentText(`${day}${time.replace(':', '')}00`, japan(Date.now()).day);
}

const entry = (app, word) => el('button', { type: 'button', onclick: () => app.run(() => loginOver(app)) }, word);

function connectionSay(app, state) {
  if (!state.service) return app.say('connection', mark('plain', '○', '接続先が未設定'), entry(app, 'ログイン'));
  if (state.phase === 'out') return app.say('connection', mark('warning', '▲', state.again ? 'ログインが切れました' : 'ログインしていません'), entry(app, 'ログイン'));
  if (state.phase === 'passcode') return app.say('connection', mark('warning', '▲', 'パスコード待ち'), entry(app, 'パスコードを入れる'));
  if (state.phase === 'password') return app.say('connection', mark('warning', '▲', 'パスワードの変更が必要'), entry(app, '変更する'));
  if (state.needs_device) return app.say('connection', mark('warning', '▲', 'このPCの登録が必要'), entry(app, '登録する'));
  if (state.away) {
    return app.say('connection', mark('error', '✕', `つながっていません（${agoText(state.contact_ms || state.away_since_ms, state.now_ms)}から）`));
  }
  return app.say('connection', mark('success', '●', '接続中'));
}

function barSay(app, state) {
  const queued = state.queued ? `・送信待ち ${state.queued}件` : '';
  connectionSay(app, state);
  // Beside a button that leads in there is no room, and nothing is received.
  if (state.phase !== 'in' || state.needs_device || state.away) app.say('received', queued && `送信待ち ${state.queued}件`);
  else app.say('received', state.receiving ? `受け取り中 ${state.receiving.done}${state.receiving.total ? `/${state.receiving.total}` : ''}件`
    : state.received_ms ? `最後の受け取り ${instantText(state.received_ms)}${queued}` : `まだ受け取っていません${queued}`);
  app.say('account', state.login_id && name(state.login_id));
}

/** Ask again, tell everybody. */
export async function sessionRefresh(app) {
  const mine = facility();
  if (!mine) return;
  const state = await call('session');
  asked = mine;
  last = state;
  barSay(app, state);
  for (const watcher of [...watchers]) watcher(state);
}

/** Something moved: whoever waits for an order looks again. */
export function sessionMoved() { for (const waiter of [...waiters]) waiter(); }

const movement = () => new Promise((resolve) => {
  const done = () => { clearTimeout(timer); waiters.delete(done); resolve(); };
  const timer = setTimeout(done, AGAIN_MS);
  waiters.add(done);
});

/** Give an order and wait for its end: what it told, or its problem thrown. */
export async function order(call_name, body) {
  const { order: number, ...told } = await call(call_name, body);
  for (;;) {
    const answer = await call('session_done', { order: number });
    if (answer.done && answer.trouble) throw Object.assign(new Problem(answer.trouble), { report: answer.report });
    if (answer.done) return { ...told, ...answer, order: number };
    await movement();
  }
}

/** What will disappear before it was received; null: nothing. */
export function overdueBox(state) {
  const { overdue } = state;
  if (!overdue) return null;
  if (overdue.lost) {
    return el('div', { class: 'box error', role: 'alert' }, el('h2', {}, '受け取れなくなった結果があるかもしれません'),
      el('p', {}, `${dayText(overdue.since)} より後に確認した結果の一部は、${dayText(overdue.last_day)} で受け取りの期限が過ぎました。`),
      el('p', {}, 'ログインして残りを受け取り、足りない患者さんは、もう一度カードで確認してください。'));
  }
  const left = overdue.days === 0 ? '今日まで' : `あと${overdue.days + 1}日`;
  return el('div', { class: 'box attention', role: 'alert' }, el('h2', {}, `まだ受け取っていない結果が、${left}で受け取れなくなります`),
    el('p', {}, `${dayText(overdue.since)} より後に確認した結果を、${dayText(overdue.last_day)} までに受け取ってください（F5）。`));
}

/** How old is what is shown; null while the service answers. */
export function ageBox(state) {
  if (!state.away && state.phase === 'in') return null;
  if (!state.contact_ms && !state.received_ms) return null;
  const when = state.received_ms ? `${instantText(state.received_ms)} に受け取ったもの（${agoText(state.received_ms, state.now_ms)}）` : '前に受け取ったもの';
  const queued = state.queued ? `送信待ちの照会番号 ${state.queued}件は、つながったときに1回だけ送ります。` : '';
  return el('div', { class: 'box warning', role: 'status' }, el('h2', {}, `いま見えているのは、${when}です`),
    el('p', {}, `${state.away ? 'サービスにつながっていません。' : 'ログインしていません。'}カルテの書きかえと要判断の処理は続けられます。新しい結果の受け取りだけが止まっています。${queued}`));
}

/** The way in as a window over the screen: what is being typed below stays as it is. */
export async function loginOver(app) {
  const { loginPanel } = await import('./screens/login.js');
  const body = el('div', {});
  const dialog = el('dialog', { class: 'wide', 'aria-label': 'ログイン' }, body,
    el('div', { class: 'buttons' }, el('button', { type: 'button', onclick: () => dialog.close() }, '閉じる')));
  const leave = loginPanel(body, app, { done: () => dialog.close() });
  dialog.addEventListener('close', () => {
    leave();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}

window.addEventListener('online', () => { if (facility()) call('session_wake').catch(() => {}); });
