// SPDX-License-Identifier: Apache-2.0
// T28 ui_xss: four hundred hostile names through the page. No dialog of the browser, no violation of
// the policy, no request to elsewhere, what stands on the screen is the name letter by letter, and it
// stays in a span whose writing direction ends with it.
//
// Three ways in: names that the program itself holds (staff, facilities: from C through its JSON to
// the frame); every part that screens are made of; and every screen of screens.js with each text of
// each answer replaced, so that a screen's new field is covered on the day it comes. Controls: a page
// whose el() parses its texts must be found out, with the policy in force and without it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { after, afterEach, before } from 'node:test';
import { browserStart, windowOpen } from './browser.mjs';
import { PAYLOADS } from './payloads.mjs';
import { Station, unlock } from './station.mjs';

const ui = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../ui');
const STAFF = 60;
let browser;
const undo = [];
before(async () => { browser = await browserStart(); });
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

async function desk({ names, prepare, open = true } = {}) {
  const station = await Station.start({ prepare: names && ((home) => fs.writeFileSync(path.join(home, 'people'), names.map((name) => `${name}\n`).join(''))) });
  undo.push(() => station.stop());
  const window = await windowOpen(browser, station.open, { prepare });
  undo.push(() => window.close());
  if (open) await unlock(window.page);
  return { station, ...window };
}

const unharmed = async ({ page, sight }) => {
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  sight.clean();
};

test('the names are four hundred, all different', () => {
  assert.equal(PAYLOADS.length, 400);
  assert.equal(new Set(PAYLOADS).size, 400);
});

test('names that the program holds stand on the screens as they are', async () => {
  for (let first = 0; first < PAYLOADS.length; first += STAFF) {
    const names = PAYLOADS.slice(first, first + STAFF);
    const place = await desk({ names, open: false });
    assert.deepEqual(await place.page.evaluate(() => [...document.querySelectorAll('.people bdi')].map((one) => one.textContent)), names);
    await place.page.getByRole('radio').first().check();
    await place.page.locator('input[type=password]').fill('correct horse');
    await place.page.keyboard.press('Enter');
    await place.page.waitForSelector('.frame .screen');
    assert.equal(await place.page.locator('.bar .who bdi').evaluate((one) => one.textContent), names[0]);
    assert.deepEqual(await place.page.evaluate(() => [...document.querySelectorAll('.bar option')].map((one) => one.textContent)), names.slice(0, 2));
    await unharmed(place);
    for (const one of undo.splice(0).reverse()) await one();
  }
});

/** All names through the parts; what they showed. Runs in the page. */
async function partsShow(names) {
  const { el, name, mark, announce } = await import('/common/dom.js');
  const { table } = await import('/common/table.js');
  const { form, field } = await import('/common/fields.js');
  const { tellProblem, closeAll } = await import('/common/dialog.js');
  const root = document.querySelector('.screen');
  const seen = {};
  const shown = (nodes) => nodes.map((one) => one.textContent);
  root.replaceChildren(...names.map((one) => name(one)));
  seen.name = shown([...root.children]);
  seen.isolated = [...root.children].every((one) => one.tagName === 'BDI' && getComputedStyle(one).unicodeBidi === 'isolate');
  root.replaceChildren(...names.map((one) => el('p', { title: one, 'data-x': one }, one)));
  seen.text = shown([...root.children]);
  seen.attribute = [...root.children].map((one) => one.getAttribute('title'));
  root.replaceChildren(...names.map((one) => mark('success', '✓', one)));
  seen.mark = [...root.children].map((one) => one.lastChild.textContent);
  const made = table({ label: names[0], columns: [{ key: 'a', title: names[1], cell: (row) => name(row.text) }], empty: names[2] });
  root.replaceChildren(made.node);
  made.set(names.map((text, id) => ({ id, text })));
  seen.table = [];
  for (let at = 0; at < names.length; at += 8) {
    root.querySelector('.table-scroll').scrollTop = at * 48;
    await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
    for (const row of root.querySelectorAll('tr[data-index]')) seen.table[row.dataset.index] = row.textContent;
  }
  const fields = names.map((one, i) => field({ name: `f${i}`, label: one, hint: one, value: one, type: i % 2 ? 'text' : 'choice', options: [{ value: one, text: one }] }));
  const asked = form({ key: names[3], fields, submit: { text: names[4], run: async () => {} } });
  root.replaceChildren(asked.node);
  asked.refuse({ title: names[5], fields: names.map((text, i) => ({ field: `f${i}`, text })) });
  seen.label = fields.map((one) => one.node.querySelector('label').textContent);
  seen.value = fields.map((one) => one.input.value);
  seen.error = fields.map((one) => one.node.querySelector('.field-error').textContent.replace('✕ ', ''));
  seen.dialog = [];
  root.replaceChildren();
  for (const one of names) {
    tellProblem({ title: one, action: one, code: 'x', request_id: one });
    seen.dialog.push([...document.querySelectorAll('dialog h2')].at(-1).textContent);
    closeAll();
    announce(one);
  }
  await new Promise((resolve) => { setTimeout(resolve, 300); });
  return seen;
}

async function partsBody(place) {
  const { isolated, ...seen } = await place.page.evaluate(partsShow, PAYLOADS);
  assert.equal(isolated, true);
  for (const [part, texts] of Object.entries(seen)) {
    assert.deepEqual(texts, PAYLOADS, part);
  }
  await unharmed(place);
}

test('every part that screens are made of shows each name letter by letter', async () => partsBody(await desk()));

/* --- every screen --- */

/** Each text of an answer becomes the next name; lists grow to a hundred. */
function poison(value, next) {
  if (typeof value === 'string') return next();
  if (Array.isArray(value)) {
    const rows = value.length ? Array.from({ length: Math.max(value.length, 100) }, (_, i) => value[i % value.length]) : value;
    return rows.map((one) => poison(one, next));
  }
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, poison(one, next)]));
  return value;
}

async function screensBody(place) {
  let count = 0;
  let underway = 0;
  const next = () => PAYLOADS[count++ % PAYLOADS.length];
  await place.page.route(/\/api\/(?!state$|events$|alive$|lock$|unlock$)/, async (route) => {
    underway++;
    const reply = await route.fetch();
    const answer = await reply.json().catch(() => null);
    await route.fulfill({ response: reply, json: poison(answer, next) });
    underway--;
  });
  const ids = await place.page.evaluate(async () => Object.keys((await import('/screens.js')).screens));
  for (const id of ids) {
    for (const address of [id, `${id}/1`, `${id}/1/1`]) {
      await place.page.evaluate((to) => { window.location.hash = `#/${to}`; }, address);
      await place.page.waitForSelector(`.screen.${id}`);
      do await place.page.waitForTimeout(150); while (underway);
    }
    // A screen may stumble over an answer that is no answer; it may not run it.
    place.sight.forgive(/^error: (?!.*(alert|pwned|Content Security Policy))/s);
    assert.equal(await place.page.evaluate(() => document.querySelectorAll('#page script, #page iframe, #page object, #page embed, #page img[src=x], #page base').length), 0);
  }
  await unharmed(place);
}

test('every screen, with every text of every answer hostile, runs none of it', async () => screensBody(await desk()));

/* --- controls --- */

/** The page with an el() that parses; policy: with the policy of the page in force. */
const parsing = (policy) => async (context) => {
  const source = fs.readFileSync(path.join(ui, 'common/dom.js'), 'utf8');
  const place = 'node.append(...children.flat(3)';
  assert.ok(source.includes(place));
  const broken = source.replace(place, "for (const text of children.flat(3)) if (typeof text === 'string') node.insertAdjacentHTML('beforeend', text);\n  node.append(...children.flat(3).filter((one) => typeof one !== 'string')");
  await context.route('**/common/dom.js', (route) => route.fulfill({ body: broken, contentType: 'text/javascript' }));
  if (!policy) {
    await context.route(/\/$/, async (route) => {
      const reply = await route.fetch();
      const headers = reply.headers();
      delete headers['content-security-policy'];
      await route.fulfill({ response: reply, headers });
    });
  }
};

test('control: a page that parses a name is found out by its text and its policy', async () => {
  const place = await desk({ prepare: parsing(true) });
  const seen = await place.page.evaluate(partsShow, PAYLOADS.slice(0, 12));
  assert.notDeepEqual(seen.name, PAYLOADS.slice(0, 12));
  assert.ok(place.sight.faults.some((fault) => /Content Security Policy|CSP/.test(fault)), place.sight.faults.join('\n'));
});

test('control: without the policy too, a name of that page opens a dialog', async () => {
  const place = await desk({ prepare: parsing(false) });
  await place.page.evaluate(partsShow, PAYLOADS.slice(0, 12));
  assert.ok(place.sight.faults.some((fault) => fault.startsWith('dialog: ')), place.sight.faults.join('\n'));
});

test('the policy has nothing unsafe in it', async () => {
  const { page, origin } = await desk();
  const reply = await page.request.get(`${origin}/`, { headers: { 'sec-fetch-site': 'same-origin' } });
  const policy = reply.headers()['content-security-policy'];
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});
