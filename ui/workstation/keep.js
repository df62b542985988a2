// SPDX-License-Identifier: Apache-2.0
// How the backups stand, for every screen: a word in the rail, a box above the results, 設定.
import { el, mark } from '/common/dom.js';
import { call, facility } from './api.js';
import { agoText, instantText } from './session.js';

let last = null; // of `asked`
let asked = null;
const watchers = new Set();

/** What is wrong: [kind, shape, word]; null: nothing. */
const troubles = {
  unset: ['attention', '▲', 'バックアップなし'], none: ['attention', '▲', 'バックアップなし'],
  late: ['attention', '▲', '古いバックアップ'], failed: ['error', '✕', 'バックアップ失敗'],
};
const WHY = {
  backup_unreachable: 'バックアップ先のフォルダーに書けません。外付けディスクや共有フォルダーがつながっているか、確かめてください。',
  backup_disk_full: 'バックアップ先のディスクがいっぱいです。空けるか、別のディスクを選んでください。前のバックアップは残っています。',
  backup_broken: 'バックアップを最後まで作れませんでした。もう一度押してもできないときは、ソフトの会社に連絡してください。',
};

export const keepMark = (state) => (troubles[state.state] ? mark(...troubles[state.state]) : mark('success', '●', 'バックアップできています'));
export const keepWhy = (state) => WHY[state.problem] ?? WHY[state.outcome] ?? null;
/** Of a disk that is not there now, what was noted when it was. */
export function madeText(state) {
  const ms = state.made_ms || state.done_ms;
  if (!ms) return 'まだありません';
  return `${instantText(ms)}（${agoText(ms, state.now_ms)}${state.made_ms ? '' : '。いまは見えません'}）`;
}

function tell(state, rail) {
  last = state;
  asked = facility();
  rail?.(troubles[state.state] ?? null);
  for (const watcher of [...watchers]) watcher(state);
}

/** Ask again, tell everybody; a program that cannot say it says nothing. rail(trouble or null). */
export async function keepRefresh(rail) {
  const state = await call('keep').catch(() => null);
  if (state) tell(state, rail);
}

/** watcher(state) hears of each state until the function that comes back is called. */
export function onKeep(watcher) {
  watchers.add(watcher);
  if (last && asked === facility()) watcher(last);
  return () => watchers.delete(watcher);
}

/** Above the results, when the charts lie on this PC alone; null: nothing is wrong, or nothing was ever chosen. */
export function keepBox(state) {
  if (!state || !['failed', 'late'].includes(state.state)) return null;
  return el('div', { class: 'box error', role: 'status' }, el('h2', {}, '毎日のバックアップができていません'),
    el('p', {}, keepWhy(state) ?? '2日以上、バックアップがありません。', ` 最後のバックアップ: ${madeText(state)}。`,
      el('a', { href: '#/settings/backup' }, 'バックアップの設定')));
}
