// SPDX-License-Identifier: Apache-2.0
// The program as a facility has it - `shikaku-workstation open`, a sealed home, the clock of the
// house - and what hands do at its page. A power cut is kill(); the home outlives it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from '../journeys/process.mjs';
import { until, windowOpen } from './browser.mjs';

const binary = program('workstation/shikaku-workstation');
const RESTING_MS = 15000;
const POLL_MS = 50;
export const DESK_PASSWORD = 'hidari no kata';
export const DESK_STAFF = '佐藤 花子';

export class Desk {
  /** ca: the service's; proxy: between the two; open: more words of the command line. */
  constructor({ ca, proxy }) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'desk-'));
    this.home = path.join(this.folder, 'home');
    this.args = ['--home', this.home, '--ca', ca, ...(proxy ? ['--proxy', proxy] : [])];
    this.log = '';
  }

  static async start(options) {
    const desk = new Desk(options);
    await desk.start();
    return desk;
  }

  async start() {
    const child = spawn(binary, ['open', '--no-browser', ...this.args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stderr.on('data', (text) => { this.log += text; });
    this.child = child;
    this.ended = once(child, 'exit');
    const [line] = await Promise.race([once(child.stdout, 'data'), this.ended.then(() => [''])]);
    this.open = String(line).trim();
    if (!this.open) throw new Error(`the workstation did not start: ${this.log}`);
  }

  async end(signal) {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.ended;
  }

  /** As a power cut would. */
  kill() { return this.end('SIGKILL'); }
  quit() { return this.end('SIGTERM'); }

  async stop() {
    await this.quit();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What hands do and eyes see at one page. Every wait is for something that is to be seen. */
export class Hands {
  constructor(page) { this.page = page; }

  get bar() { return this.page.locator('header.bar'); }
  get dialog() { return this.page.locator('dialog[open]'); }
  get problem() { return this.page.locator('.error-summary:visible'); }

  seen(text, options) { return this.page.getByText(text).first().waitFor(options); }
  /** A word in the bar at the top: 接続中, つながっていません … */
  told(text, options) { return this.bar.getByText(text).waitFor(options); }
  refused(text) { return this.problem.getByText(text).first().waitFor(); }
  button(name) { return this.page.getByRole('button', { name, exact: true }); }

  /** A hand on the mouse: a page that nobody has touched for a minute is covered. */
  async stir() {
    this.moves = (this.moves ?? 0) + 1;
    await this.page.mouse.move(1 + this.moves % 2, 1);
  }

  /** To a screen. */
  async go(...parts) {
    await this.stir();
    await this.page.evaluate((hash) => { window.location.hash = hash; }, `#/${parts.join('/')}`);
  }

  /** To another facility of the PC; what is called from then on is about that one. */
  async choose(code) {
    await this.bar.locator('.facility select').selectOption(code);
    await until(this.page, `import('/api.js').then(({ facility }) => facility() === '${code}')`);
  }

  /** A call of the page's own program: call('session'). */
  call(name, body = {}) {
    return this.page.evaluate(async ([which, what]) => (await import('/api.js')).call(which, what), [name, body]);
  }

  /** What the program says of the facility that is shown. */
  session() { return this.call('session'); }

  /** Wait until session() is such; gives it. */
  async when(what, question, { timeout_ms = 30000 } = {}) {
    for (const end = Date.now() + timeout_ms; ;) {
      const state = await this.session();
      if (question(state)) return state;
      assert.ok(Date.now() < end, `not within ${timeout_ms} ms: ${what}; ${JSON.stringify(state)}`);
      await sleep(POLL_MS);
    }
  }

  /** The first start, to its last page; gives the recovery key. */
  async setUp({ code, name, service, staff = DESK_STAFF, password = DESK_PASSWORD }) {
    const { page } = this;
    await page.getByLabel('医療機関等コード').fill(code);
    await page.getByLabel('施設の名前').fill(name);
    if (service) await page.getByLabel('サービスのアドレス').fill(service);
    await page.keyboard.press('Enter');
    await page.getByLabel('あなたの名前').fill(staff);
    await page.getByLabel('パスワード必須').fill(password);
    await page.getByLabel('パスワード（もう一度）').fill(password);
    await page.keyboard.press('Enter');
    await page.locator('.recovery').waitFor();
    const recovery = (await page.locator('.recovery').innerText()).trim().split(/\s+/);
    await page.getByRole('checkbox').check();
    await this.button('次へ').click();
    return recovery;
  }

  async unlock({ password = DESK_PASSWORD } = {}) {
    await this.page.getByLabel('パスワード').fill(password);
    await this.button('ロックを解除する').click();
    await this.page.waitForSelector('.frame .screen');
  }

  /** What was refused before has been read: what comes is new. */
  read() { return this.page.evaluate(() => { for (const one of document.querySelectorAll('.error-summary')) one.hidden = true; }); }

  /** ログインID and password; the passcode, or what was refused, comes next. */
  async knock({ login_id, password }) {
    await this.read();
    await this.page.getByLabel('ログインID').fill(login_id);
    await this.page.getByLabel('パスワード').fill(password);
    await this.page.keyboard.press('Enter');
  }

  async give(passcode) {
    await this.read();
    await this.page.getByLabel(/番号必須/).fill(passcode);
    await this.page.keyboard.press('Enter');
  }

  /** On the screen ログイン, or in its window: through both steps. */
  async login(world, account) {
    await this.knock(account);
    await this.page.getByRole('heading', { name: '2 パスコード' }).waitFor();
    await this.give(await world.passcode(account));
    await this.told('接続中');
  }

  /** 件数を確かめて受け取る, in the way a chip says; gives the pop-up's heading. */
  async count(chip) {
    await this.go('request');
    await this.page.getByText(chip, { exact: true }).click();
    await this.page.keyboard.press('F5');
    await this.dialog.waitFor();
    return this.dialog.getByRole('heading').innerText();
  }

  /** All that the list holds, and all charts, whatever the screens filter. */
  async results() { return (await this.call('results', { from: 0, to: 0, status: '', search: '', day: 0 })).results; }
  async charts() { return (await this.call('charts', { text: '', away: false })).charts; }

  /** Until the list holds so many and nothing is under way. A report may still be that of the receipt before. */
  async received(count, { timeout_ms = 30000 } = {}) {
    for (const end = Date.now() + timeout_ms; (await this.results()).length < count; await sleep(POLL_MS)) {
      assert.ok(Date.now() < end, `${count} results; ${JSON.stringify(await this.session())}`);
    }
    return this.when('nothing is under way', (state) => !state.receiving && !state.queued);
  }

  automatic(on) { return this.call('receive_automatic', { on }); }
}

/** A window on a desk, and hands at it: one rests on the mouse, however long a step takes. */
export async function sit(browser, desk, options) {
  const window = await windowOpen(browser, desk.open, options);
  const hands = new Hands(window.page);
  const resting = setInterval(() => hands.stir().catch(() => {}), RESTING_MS).unref();
  window.page.once('close', () => clearInterval(resting));
  return { ...window, hands };
}
