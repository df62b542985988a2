// SPDX-License-Identifier: Apache-2.0
// One chromium for a test file, a page for a test. What no screen of ours may do fails the test by
// itself: a violation of the content security policy, an error on the console, a dialog of the
// browser, a request to anywhere but its own program.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PATIENCE_MS = 30000; // what comes is not waited for longer; a busy machine is
const IMPATIENCE_MS = 5000;
const impatient = new WeakSet();
const EXECUTABLE = process.env.SHIKAKU_CHROMIUM ?? '/usr/bin/chromium';

/** Debian's chromium; its sandbox cannot run as root. */
export function browserStart(args = []) {
  return chromium.launch({
    executablePath: EXECUTABLE, chromiumSandbox: process.getuid() !== 0,
    args: ['--lang=ja', '--disable-gpu', '--font-render-hinting=none', '--force-color-profile=srgb', ...args],
  });
}

/** What a page did that it must not; checked by sight.clean(). */
class Sight {
  constructor(page, origin) {
    this.page = page;
    this.faults = [];
    this.requests = [];
    page.on('console', (message) => {
      if (/status of 422/.test(message.text())) return; // how a call of the page is told no
      if (message.type() === 'error' || message.type() === 'warning') this.faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.faults.push(`error: ${error.stack ?? error.message}`));
    page.on('dialog', (dialog) => { this.faults.push(`dialog: ${dialog.message()}`); dialog.dismiss().catch(() => {}); });
    page.on('request', (request) => {
      this.requests.push(request.url());
      if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith('data:')) this.faults.push(`request: ${request.url()}`);
    });
  }

  /** A fault that this test brings about itself; text or expression. */
  forgive(expression) { this.faults = this.faults.filter((fault) => !fault.match(expression)); }

  clean() { assert.deepEqual(this.faults, []); }
}

/**
 * A window of the workstation that answers at `open` (its 0600 file): {page, origin, sight, close()}.
 * clock: virtual time in the page, moved by page.clock. prepare(context): before anything is loaded.
 */
export async function windowOpen(browser, open, { viewport = { width: 1280, height: 720 }, clock = false, prepare, context: options = {} } = {}) {
  const text = fs.readFileSync(open, 'utf8');
  const origin = /action="(http:\/\/127\.0\.0\.1:\d+)\/open"/.exec(text)[1];
  const context = await browser.newContext({ viewport, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  await prepare?.(context);
  const page = await context.newPage();
  if (clock) await page.clock.install();
  await page.goto(`file://${open}`);
  await page.waitForURL(`${origin}/**`);
  await page.waitForSelector('#page > *');
  const sight = new Sight(page, origin);
  await page.evaluate(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  const close = async () => {
    // An answer that is still on its way through a test's route ends with the window.
    if (!page.isClosed()) await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  };
  return { page, origin, sight, context, close };
}

/** A page with a fault: what it lacks will not come. */
export function patienceEnd(page) {
  impatient.add(page);
  page.setDefaultTimeout(IMPATIENCE_MS);
}

/** For windowOpen's prepare: the page with a planted fault, from and to in a file below ui/. */
export function pageFault({ file, from, to }) {
  const text = fs.readFileSync(new URL(`../../ui/${file}`, import.meta.url), 'utf8');
  assert.ok(text.includes(from), `the planted fault has no place: ${from}`);
  return (context) => context.route(`**/${file.split('/').at(-1)}`, (one) =>
    one.fulfill({ body: text.replace(from, to), contentType: 'text/javascript' }));
}

/** The page's next call of this name is answered, and the page hears of it when letGo() is called, which comes back. */
export async function answerHold(page, call) {
  let letGo;
  const released = new Promise((resolve) => { letGo = resolve; });
  await page.route(`**/api/${call}`, async (route) => {
    const response = await route.fetch();
    await released;
    await route.fulfill({ response });
  }, { times: 1 });
  return letGo;
}

/** axe-core's complaints about what is shown; none is right. Run outside the page's own policy. */
export async function accessible(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`), []);
}

/** Wait until the page says yes; what playwright has for that needs eval, which the policy forbids. */
export async function until(page, question, { timeout_ms = impatient.has(page) ? IMPATIENCE_MS : PATIENCE_MS } = {}) {
  for (const end = Date.now() + timeout_ms; Date.now() < end;) {
    if (await page.evaluate(question)) return;
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  assert.fail(`not within ${timeout_ms} ms: ${question}`);
}
