// SPDX-License-Identifier: Apache-2.0
// ログイン, パスコード, the request, the number of results, the download, days without network. What the
// courier tells is put in its place, so that each state stands still; the journeys have a real one.
import { unlock } from '../station.mjs';

const NOW_MS = Date.parse('2026-11-22T10:42:00+09:00');
const DAY_MS = 24 * 3600 * 1000;
const LOGIN_ID = 'WA1860427';

const quiet = {
  service: true, phase: 'in', passcode: 'none', login_id: LOGIN_ID, facility_name: 'みほん接骨院', notice: '', again: false,
  device: true, needs_device: false, busy: false, ends_ms: NOW_MS + DAY_MS / 2, away: false, away_since_ms: 0, contact_ms: NOW_MS,
  automatic: true, received_ms: NOW_MS - 12 * 60000, queued: 0, report_ms: 0, now_ms: NOW_MS,
};
const out = { ...quiet, phase: 'out', device: false, ends_ms: 0 };
const waiting = { ...quiet, phase: 'passcode', passcode: 'authenticator', ends_ms: 0 };
const away = { ...quiet, away: true, away_since_ms: NOW_MS - DAY_MS, contact_ms: NOW_MS - DAY_MS, received_ms: NOW_MS - DAY_MS, queued: 2 };
const nothing = { downloaded: 0, known: 0, charts_new: 0, linked: 0, insurances_new: 0, asked: 0, aside: 0, registered: 0, queued: 0 };
const came = { ...nothing, downloaded: 28, known: 4, charts_new: 3, linked: 17, insurances_new: 2, asked: 2, aside: 2, registered: 3 };
const cut = {
  code: 'network_unreachable', title: 'サービスにつながりません。', action: 'インターネットの接続を確かめて、少し待ってからもう一度操作してください。', fields: [],
};

/** The page's calls answered by hand, {name: answer}, before it is unlocked; then the screen. */
async function told(page, screen, answers) {
  for (const [name, answer] of Object.entries(answers)) {
    await page.route(`**/api/${name}`, (route) => route.fulfill({ json: typeof answer === 'function' ? answer() : answer }));
  }
  await unlock(page);
  await page.evaluate((hash) => { window.location.hash = hash; }, `#/${screen}`);
  await page.waitForTimeout(300); // drawn: what is clicked below stays
}

const state = (name, screen, session, act, more = {}) => ({
  name, large: true, locked: true, show: async (page) => {
    await told(page, screen, { session, ...more });
    await page.locator(screen === 'login' ? '.card.login' : '.screen.request .card').waitFor();
    await act?.(page);
    await page.waitForTimeout(200);
  },
});

const count = (answer) => ({ receive_count: { order: 1, clamped: false }, session_done: { done: true, ...answer } });
const counted = async (page) => {
  await page.getByText('今日', { exact: true }).click();
  await page.keyboard.press('F5');
  await page.locator('dialog[open]').waitFor();
};

/** The count, then the download: two answers one after the other. */
function received(end) {
  let turn = 0;
  return {
    receive_count: { order: 1, clamped: false }, receive_start: { order: 2, clamped: false },
    session_done: () => (turn++ ? { done: true, ...end } : { done: true, count: 28, without: 3, known: 4 }),
  };
}
const taken = async (page) => {
  await counted(page);
  await page.keyboard.press('Enter');
  await page.locator('.box h2', { hasText: '受け取りました' }).waitFor();
};

export default [
  state('login', 'login', out),
  state('login-first-time', 'login', { ...out, service: false, login_id: '' }),
  state('login-ended', 'login', { ...out, again: true }),
  state('passcode', 'login', waiting, (page) => page.locator('summary').click()),
  state('passcode-after-sleep', 'login', { ...waiting, again: true }),
  state('passcode-mail', 'login', { ...waiting, passcode: 'mail', login_id: 'M0000012' }, (page) => page.locator('summary').click()),
  state('password-must-change', 'login', { ...quiet, phase: 'password' }),
  state('device-needed', 'login', { ...quiet, device: false, needs_device: true }),
  state('session', 'login', { ...quiet, notice: 'この版は2027年3月末で使えなくなります。新しい版に替えてください。' }),
  state('request', 'request', quiet),
  state('request-between', 'request', quiet, async (page) => {
    await page.getByText('期間を指定').click();
    await page.getByLabel('はじめの日').fill('R8.11.1');
  }),
  state('count', 'request', quiet, counted, count({ count: 28, without: 3, known: 4 })),
  state('count-nothing', 'request', quiet, counted, count({ count: 0, without: 0, known: 0 })),
  state('receiving', 'request', { ...quiet, receiving: { order: 2, done: 1240, total: 3218, per_second: 410 } }),
  state('received', 'request', quiet, taken, received({ report: came })),
  state('received-cut', 'request', quiet, taken, received({ report: { ...came, downloaded: 12, queued: 2 }, trouble: cut })),
  state('away', 'request', away),
  state('overdue', 'request', { ...away, overdue: { lost: false, since: 20261031, last_day: 20261130, days: 2 } }),
  state('overdue-lost', 'request', { ...away, overdue: { lost: true, since: 20261031, last_day: 20261130, days: 0 } }),
];
