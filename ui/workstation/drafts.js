// SPDX-License-Identifier: Apache-2.0
// What is typed and not yet saved goes into the sealed store a moment later: it is there again after
// a lock, another session, a restart of the program. Nothing of it is kept by the browser.
import { draftsKeeper, draftsPut } from '/common/fields.js';
import { call, facility } from './api.js';

const SOON_MS = 300;
const waiting = new Map(); // scope and key → {scope, key, values, timer}: not in the store yet
const loaded = new Set(); // facilities whose drafts are known
let sending = Promise.resolve(); // one after the other, so that what was typed last stays

/** Under way, whichever facility is shown: an order that fails (locked, restarted) is given again by the next flush. */
function send(one) {
  clearTimeout(one.timer);
  sending = sending.then(async () => {
    if (waiting.get(one.id) !== one) return;
    await call('draft_put', { key: one.key, ...(one.values ? { values: JSON.stringify(one.values) } : {}) }, { of: one.scope });
    if (waiting.get(one.id) === one) waiting.delete(one.id);
  }).catch(() => {});
  return sending;
}

/** All that is not in the store yet; resolves when it is, or cannot be now. */
export const draftsFlush = () => Promise.all([...waiting.values()].map(send));

/** Is anything typed that the store does not have? */
export const draftsBehind = () => waiting.size > 0;

/** The shown facility's, before its first screen. */
export async function draftsLoad() {
  const code = facility();
  if (!code || loaded.has(code)) return draftsFlush();
  const { drafts } = await call('drafts');
  for (const one of drafts) draftsPut(one.key, JSON.parse(one.values), one.at_ms);
  loaded.add(code);
  return undefined;
}

draftsKeeper({
  scope: () => facility() ?? '',
  put(scope, key, values) {
    if (scope === '') return; // of the frame: a setup begins anew
    const id = `${scope} ${key}`;
    clearTimeout(waiting.get(id)?.timer);
    const one = { id, scope, key, values };
    waiting.set(id, one);
    one.timer = setTimeout(() => send(one), values ? SOON_MS : 0);
  },
});

document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') draftsFlush(); });
