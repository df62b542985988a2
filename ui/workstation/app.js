// SPDX-License-Identifier: Apache-2.0
// The page's course: what phase the program is in, which screen the address names, what the keys
// do, what has moved.
import { announce, el, fill, isComposing } from '/common/dom.js';
import { problemBody, tellProblem } from '/common/dialog.js';
import { call, facility, facilityLeft, facilitySet, onProblem } from './api.js';
import { draftsBehind, draftsFlush, draftsLoad } from './drafts.js';
import { frame } from './frame.js';
import { keepRefresh } from './keep.js';
import { guard, swap, unlockScreen } from './lock.js';
import { home, screens } from './screens.js';
import { sessionMoved, sessionRefresh } from './session.js';

const RETRY_MS = 3000;
let state = null; // of the program: call('state')
let shown = null; // {id, module, leave}
let around = null; // the frame, kept through a lock with all that is typed in it
let turn = 0; // of showing: a slow module does not come over a later one

/** What a screen may use. */
export const app = {
  get state() { return state; },
  go: (...parts) => { window.location.hash = `#/${parts.map(encodeURIComponent).join('/')}`; },
  back: () => window.history.back(),
  copy: (text) => watch.clipboard.copy(text),
  say: (slot, ...what) => around?.bar.say(slot, ...what),
  /** Run an action of a button: a problem is told, never lost. */
  run: (action) => Promise.resolve().then(action).catch((problem) => {
    if (!problem.title) throw problem;
    return problem.code === 'desk_locked' ? undefined : tellProblem(problem);
  }),
  /** Begin a setup again, or go on after it. */
  restart: () => start(),
};

const watch = guard({ lock: lockNow });

/** '#/chart/12' → ['chart', '12'] */
function address() {
  const parts = window.location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
  return parts.length && Object.hasOwn(screens, parts[0]) ? parts : [home];
}

function heading(module, params) {
  const text = typeof module.title === 'function' ? module.title(params) : module.title;
  document.title = `${text} - 資格ワークステーション`;
  return text;
}

/** What a screen leaves behind is undone as soon as another one comes, however long it takes to be drawn. */
function departure() {
  let undos = [];
  return {
    leaving(undo) { if (undos) undos.push(undo); else undo(); },
    leave() {
      const all = undos ?? [];
      undos = null;
      for (const undo of all.reverse()) undo();
    },
  };
}

async function screenShow() {
  const [id, ...params] = address();
  const mine = ++turn;
  const module = await screens[id].load();
  if (mine !== turn || !around) return;
  shown?.leave();
  const { leaving, leave } = departure();
  shown = { id, module, params, leave };
  around.rail.mark(id);
  const text = heading(module, params);
  const root = el('section', { class: `screen ${id}` });
  fill(around.view, el('h1', { tabindex: '-1' }, text), root);
  around.view.scrollTop = 0;
  announce(text);
  try {
    await module.show(root, params, app, leaving);
  } catch (problem) {
    if (!problem.title) throw problem;
    root.append(el('div', { class: 'box error' }, el('h2', {}, problem.title), problemBody(problem)));
  }
}

/* --- keys --- */

const frameKeys = {
  F5: () => app.go('request', 'new'),
  F9: () => lockNow(),
  Escape: () => shown?.module.keys?.Escape ? undefined : leaveField(),
};

/** Escape: out of a field first, then out of the screen. */
function leaveField() {
  if (document.activeElement?.matches?.('input, select, textarea')) document.activeElement.blur();
  else if (screens[shown?.id]?.of) app.back();
}

function keyName(event) {
  return `${event.ctrlKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
}

window.addEventListener('keydown', (event) => {
  if (isComposing(event) || !around?.node.isConnected || document.querySelector('dialog[open]')) return;
  const key = keyName(event);
  const rail = Object.entries(screens).find(([, screen]) => screen.key && key === `Alt+${screen.key}`);
  const own = shown?.module.keys?.[key];
  const action = own ? () => own.run(app) : rail ? () => app.go(rail[0]) : frameKeys[key];
  if (!action) return;
  event.preventDefault();
  app.run(action);
});

/** The manual, at what is shown: a page of this program, in a window of its own. Locked or not. */
window.addEventListener('keydown', (event) => {
  if (event.key !== 'F1' || isComposing(event)) return;
  event.preventDefault();
  const place = state?.phase === 'open' ? shown?.id : { locked: 'lock', setup: 'setup' }[state?.phase];
  window.open(`/manual/#${place ?? ''}`, 'shikaku-manual');
});

/* --- what moves --- */

async function eventsFollow(mine) {
  while (mine === follows) {
    try {
      const { event, events } = await call('events', { after: state.event });
      state.event = event;
      for (const one of events) await Promise.race([eventTake(one), facilityLeft()]);
    } catch (problem) {
      if (problem.code === 'desk_unreachable') around?.bar.say('connection', el('span', { class: 'mark error' }, '✕ プログラムが止まっています'));
      await new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
    }
  }
}
let follows = 0;

async function eventTake(event) {
  if (state.phase === 'setup') return; // its steps end by themselves
  if (event.kind === 'lock') {
    const now = await call('state');
    if (now.phase !== state.phase) await start();
    return;
  }
  if (['facilities', 'staff', 'all'].includes(event.kind)) await peopleRefresh();
  if (event.facility && event.facility !== facility()) return;
  if (['keep', 'all'].includes(event.kind)) keepAsk();
  if (event.kind === 'session' || event.kind === 'receive' || event.kind === 'queue') {
    sessionMoved();
    await sessionRefresh(app);
  }
  await Promise.resolve(shown?.module.refresh?.(event, app)).catch((problem) => { if (!problem.title) throw problem; });
}

/** Who works here and which facilities there are may have changed; the one that is shown may be gone. */
async function peopleRefresh() {
  const { phase, people, facilities } = await call('state');
  if (phase !== 'open' || state.phase !== 'open') return;
  Object.assign(state, { people, facilities });
  if (!facilities.some((one) => one.code === facility())) await facilityChoose(facilities[0]?.code, false);
  around.bar.facilities(facilities, facility());
  around.bar.staff(people.find((one) => one.id === state.staff)?.name ?? '');
}

/** Not waited for: a disk may take its time. */
const keepAsk = () => app.run(() => keepRefresh((trouble) => around?.rail.warn('settings', trouble)));

/* --- phases --- */

async function lockNow() {
  await draftsFlush();
  await call('lock').catch(() => {});
  await start();
}

/** The screens of before the lock come back as they were. */
async function openShow() {
  const first = !around;
  facilityChoose(facility() ?? state.facilities[0]?.code, first);
  around ??= frame({ choose: (code) => app.run(() => facilityChoose(code, false)), lock: () => app.run(lockNow) });
  around.rail.version(state.version);
  around.bar.facilities(state.facilities, facility());
  around.bar.staff(state.people.find((one) => one.id === state.staff)?.name ?? '');
  swap(around.node);
  watch.begin(state);
  app.run(() => sessionRefresh(app));
  keepAsk();
  const drafts = draftsLoad().catch((problem) => { if (!problem.title) throw problem; });
  const isLeft = await Promise.race([drafts.then(() => false), facilityLeft().then(() => true)]);
  if (isLeft) return undefined; // whoever chose another one shows its screen
  if (first) return screenShow();
  return shown?.module.refresh?.({ kind: 'all' }, app);
}

function facilityChoose(code, quiet) {
  if (code === undefined || code === facility()) return undefined;
  facilitySet(code);
  if (quiet || !around) return undefined;
  around.bar.facilities(state.facilities, code);
  for (const slot of ['connection', 'received', 'account']) around.bar.say(slot);
  app.run(() => sessionRefresh(app));
  keepAsk();
  return draftsLoad().then(screenShow);
}

async function setupShow() {
  const { show } = await import('./screens/setup.js');
  const root = el('main', { class: 'single wide' });
  swap(root);
  show(root, [], app);
}

function lockedShow() {
  watch.end();
  document.body.classList.add('locked');
  document.title = around ? '画面ロック中 - 資格ワークステーション' : '資格ワークステーション';
  const screen = unlockScreen({ state, done: start, first: !around });
  swap(screen.node);
  screen.focus();
}

async function start() {
  state = { ...await call('state') };
  document.body.classList.toggle('locked', state.phase === 'locked');
  if (state.phase === 'setup') await setupShow();
  else if (state.phase === 'locked') lockedShow();
  else await openShow();
}

onProblem((problem) => {
  if (problem.code === 'desk_locked' && state?.phase === 'open') start();
});
window.addEventListener('hashchange', () => { if (state?.phase === 'open') app.run(screenShow); });
window.addEventListener('beforeunload', (event) => { if (draftsBehind()) event.preventDefault(); });

app.run(start).then(() => eventsFollow(++follows));
