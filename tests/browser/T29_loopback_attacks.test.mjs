// SPDX-License-Identifier: Apache-2.0
// T29 loopback_attacks: pages of other origins, spoofed hosts, another user of the
// PC - all against the workstation's page while it is open. Each is refused before
// anything is routed: the station never locks (what each of them tries), nothing of its page or of
// CORS is in a reply, the ticket and the cookie stand in no address. Rebinding has a network of its
// own: T29_rebinding.test.mjs.
//
// Stricter than the words of the condition: [::1] is not listened on at all. Controls: the same attack on
// a station that lacks the one wall against it (faults.c) must succeed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test, { after, afterEach, before } from 'node:test';
import { browserStart, windowOpen } from './browser.mjs';
import { Station, unlock } from './station.mjs';

const NOTHING = JSON.stringify({ with: {} });
let browser;
const undo = [];
// The browser's own wall between the net and loopback is not what is tested here.
before(async () => {
  browser = await browserStart([
    '--host-resolver-rules=MAP evil.test 127.0.0.1, MAP 127.0.0.1.evil.test 127.0.0.1',
    '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
  ]);
});
after(() => browser.close());
afterEach(async () => { for (const one of undo.splice(0).reverse()) await one(); });

/** An open desk, and the cookie that its page has. */
async function desk(fault) {
  const station = await Station.start({ fault });
  undo.push(() => station.stop());
  const window = await windowOpen(browser, station.open);
  undo.push(() => window.close());
  await unlock(window.page);
  const [{ name, value }] = await window.context.cookies(window.origin);
  return { station, ...window, cookie: `${name}=${value}` };
}

/** Bytes as they are, the whole answer; '' when cut off. */
async function raw(host, port, text) {
  const socket = net.connect(port, host);
  const parts = [];
  socket.on('data', (part) => parts.push(part));
  const ended = new Promise((done) => { socket.on('close', done); socket.on('error', done); });
  socket.write(text); // without an end: a socket that is closing shows no owner, and is refused for that
  socket.setTimeout(3000, () => socket.destroy());
  await ended;
  return Buffer.concat(parts).toString();
}

const post = (target, headers, body = NOTHING) =>
  `POST ${target} HTTP/1.1\r\n${Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' })
    .map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;

const own = ({ station, cookie }) => ({
  Host: `127.0.0.1:${station.port}`, Origin: station.origin, Cookie: cookie, 'Content-Type': 'application/json',
});

async function isOpen(place) {
  const reply = await raw('127.0.0.1', place.station.port, post('/api/state', own(place)));
  assert.match(reply, /^HTTP\/1\.1 200 /);
  return reply.includes('"phase":"open"');
}

function refused(reply) {
  assert.match(reply, /^HTTP\/1\.1 (403|405) /);
  assert.doesNotMatch(reply, /access-control/i);
  assert.doesNotMatch(reply, /phase|Set-Cookie/);
}

/** attack(place) fails (an assertion) or the station is locked: it got through. */
async function getsThrough(fault, attack) {
  const place = await desk(fault);
  try {
    await attack(place);
  } catch (error) {
    if (error.code !== 'ERR_ASSERTION') throw error;
    return true;
  }
  return !(await isOpen(place));
}

async function withstands(attack) {
  const place = await desk();
  await attack(place);
  assert.ok(await isOpen(place));
  return place;
}

/* --- spoofed hosts --- */

async function hostAttack(place) {
  const { port } = place.station;
  for (const host of ['evil.test', `evil.test:${port}`, `127.0.0.1.evil.test:${port}`, `[::1]:${port}`, `localhost:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`]) {
    refused(await raw('127.0.0.1', port, post('/api/lock', { ...own(place), Host: host })));
    refused(await raw('127.0.0.1', port, post('/open', { Host: host, Origin: 'null' }, 'ticket=x')));
  }
}

test('a request for another host is refused, whatever else it has', () => withstands(hostAttack));
test('control: without the check of the host it gets through', async () => assert.ok(await getsThrough('host', hostAttack)));

test('nobody listens on [::1] or on other addresses of this PC', async () => {
  const { station, cookie } = await desk();
  assert.equal(await raw('::1', station.port, post('/api/lock', own({ station, cookie }))), '');
  for (const list of Object.values(os.networkInterfaces())) {
    for (const { address, internal } of list) {
      if (!internal) assert.equal(await raw(address.includes(':') ? '::1' : address, station.port, post('/api/lock', own({ station, cookie }))), '');
    }
  }
});

/* --- no cookie, wrong cookie, wrong ticket --- */

async function cookieAttack(place) {
  for (const cookie of ['', 'shikaku_1=x', `${place.cookie.slice(0, -1)}`, `x${place.cookie}`]) {
    refused(await raw('127.0.0.1', place.station.port, post('/api/lock', { ...own(place), Cookie: cookie })));
  }
}

test('without the cookie nothing is answered', () => withstands(cookieAttack));
test('control: without the check of the cookie it gets through', async () => assert.ok(await getsThrough('cookie', cookieAttack)));

async function ticketAttack({ station }) {
  for (const body of ['ticket=', `ticket=${'A'.repeat(43)}`, '', 'x=y']) {
    refused(await raw('127.0.0.1', station.port, post('/open', { Host: `127.0.0.1:${station.port}`, Origin: 'null' }, body)));
  }
}

test('a guessed ticket opens nothing', () => withstands(ticketAttack));
test('control: without the check of the ticket it opens', async () => assert.ok(await getsThrough('ticket', ticketAttack)));

/* --- pages of other origins, in the browser that has the cookie --- */

/** What a hostile page does to TARGET; each way at once, what it can read goes to window.seen. */
const HOSTILE = `<!doctype html><title>evil</title><body><script>
  const target = new URLSearchParams(location.search).get('target');
  window.seen = [];
  const note = (what) => (value) => window.seen.push(what + ': ' + value);
  const body = '${NOTHING}';
  const tries = [
    fetch(target + '/api/lock', { method: 'POST', body, credentials: 'include', headers: { 'content-type': 'application/json' } }).then((r) => r.text()).then(note('cors')),
    fetch(target + '/api/lock', { method: 'POST', body, credentials: 'include', headers: { 'content-type': 'text/plain' } }).then((r) => r.text()).then(note('simple')),
    fetch(target + '/api/lock', { method: 'POST', body, credentials: 'include', mode: 'no-cors' }).then((r) => r.text()).then((text) => text && note('no-cors')(text)),
    fetch(target + '/', { credentials: 'include' }).then((r) => r.text()).then(note('page')),
    import(target + '/api.js').then(() => note('module')('loaded')),
    new Promise((done) => { const img = new Image(); img.onload = img.onerror = done; img.src = target + '/api/lock'; }),
    new Promise((done) => { const one = document.createElement('script'); one.onload = () => { note('script')('loaded'); done(); }; one.onerror = done; one.src = target + '/app.js'; document.body.append(one); }),
    new Promise((done) => { const one = document.createElement('link'); one.rel = 'stylesheet'; one.onload = () => { note('style')('loaded'); done(); }; one.onerror = done; one.href = target + '/common/look.css'; document.head.append(one); }),
    new Promise((done) => { const socket = new WebSocket(target.replace('http', 'ws') + '/api/events'); socket.onopen = () => { note('websocket')('open'); done(); }; socket.onerror = done; }),
    new Promise((done) => { const source = new EventSource(target + '/api/events', { withCredentials: true }); source.onopen = () => { note('eventsource')('open'); done(); }; source.onerror = () => { source.close(); done(); }; }),
    new Promise((done) => { const frame = document.createElement('iframe'); frame.onload = () => setTimeout(done, 200); frame.src = target + '/'; document.body.append(frame); }),
    new Promise((done) => {
      const frame = document.createElement('iframe'); frame.name = 'sink'; document.body.append(frame);
      const form = document.createElement('form'); form.method = 'post'; form.enctype = 'text/plain'; form.target = 'sink'; form.action = target + '/api/lock';
      const input = document.createElement('input'); input.name = '{"with":{"a":"'; input.value = '"}}'; form.append(input); document.body.append(form);
      form.submit(); setTimeout(done, 500);
    }),
  ];
  navigator.sendBeacon(target + '/api/lock', body);
  Promise.allSettled(tries).then(() => { window.done = true; });
</script>`;

async function evilServe(host = '127.0.0.1', port = 0) {
  const server = http.createServer((request, reply) => { reply.setHeader('content-type', 'text/html'); reply.end(HOSTILE); });
  server.listen(port, host);
  await once(server, 'listening');
  undo.push(() => new Promise((done) => { server.close(done); server.closeAllConnections(); }));
  return server.address().port;
}

/** From a page of `host`, in the context that holds the cookie. */
const pageAttack = (host) => async (place) => {
  const port = await evilServe();
  const page = await place.context.newPage();
  await page.goto(`http://${host}:${port}/?target=${encodeURIComponent(place.origin)}`);
  for (let i = 0; i < 100 && !(await page.evaluate(() => window.done)); i++) await page.waitForTimeout(50);
  assert.equal(await page.evaluate(() => window.done), true);
  assert.deepEqual(await page.evaluate(() => window.seen), []);
  await page.close();
};

for (const host of ['evil.test', '127.0.0.1', 'localhost']) {
  test(`a page of http://${host} on another port reads nothing and does nothing, in twelve ways`, async () => {
    const place = await withstands(pageAttack(host));
    assert.match(place.station.log, /page_refused/); // they did come as far as the door
    place.sight.clean();
  });
}
test('control: without the check of the origin a page on another port locks the desk', async () => {
  assert.ok(await getsThrough('origin', pageAttack('127.0.0.1')));
});

test('a link from elsewhere shows a page that says what to do, and nothing else', async () => {
  const { context, origin } = await desk();
  const port = await evilServe();
  const page = await context.newPage();
  await page.goto(`http://evil.test:${port}/?target=http://127.0.0.1:9`);
  const [reply] = await Promise.all([page.waitForNavigation(), page.evaluate((to) => { window.location.href = to; }, origin)]);
  assert.equal(reply.status(), 403);
});

test('neither ticket nor cookie was ever in an address or a referrer', async () => {
  const { station, page, sight, cookie } = await desk();
  const ticket = /value="([^"]+)"/.exec(fs.readFileSync(station.open, 'utf8'))[1];
  await page.reload();
  await page.waitForSelector('.frame');
  for (const url of sight.requests) assert.ok(!url.includes(ticket) && !url.includes(cookie.split('=')[1]));
  assert.equal(await page.evaluate(() => document.referrer), '');
  const reply = await raw('127.0.0.1', station.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${station.port}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`);
  assert.match(reply, /Referrer-Policy: no-referrer/);
  assert.match(reply, /Content-Security-Policy: default-src 'none'; script-src 'self'/);
  assert.doesNotMatch(reply, /unsafe-|access-control/i);
});

/* --- another user of the PC --- */

/** As nobody, with everything right: cookie, host, origin. */
async function userAttack(place) {
  const request = post('/api/lock', own(place));
  const script = `const s = require('net').connect(${place.station.port}, '127.0.0.1'); s.on('data', (d) => process.stdout.write(d)); s.on('error', () => {}); s.write(${JSON.stringify(request)});`;
  const child = spawn('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part) => { said += part; });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`setpriv: exit ${code}`);
  assert.equal(said, '');
}

const asRoot = process.getuid() === 0 ? {} : { skip: 'later: another user needs root' };
test('another user is cut off before a byte is answered, even with the cookie', asRoot, async () => {
  const place = await withstands(userAttack);
  assert.match(place.station.log, /page_peer_refused/);
  assert.equal(fs.statSync(place.station.open).mode & 0o777, 0o600);
  assert.equal(fs.statSync(path.dirname(place.station.open)).mode & 0o777, 0o700);
});
test('control: without the look at the peer, the other user gets through', asRoot, async () => assert.ok(await getsThrough('peer', userAttack)));
