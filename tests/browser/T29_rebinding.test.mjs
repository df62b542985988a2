// SPDX-License-Identifier: Apache-2.0
// T29 loopback_attacks, the name whose address changes: in a network namespace of its own a page of
// rebind.test comes from its own server, dnsmasq (TTL 0) then gives the name the workstation's
// address, and the page - same origin now, as its browser sees it - asks for /api/lock. It gets 403
// and the desk stays open. Control: without the checks of host, origin and cookie the page locks it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { browserStart, windowOpen } from './browser.mjs';
import { Station, unlock } from './station.mjs';

const self = fileURLToPath(import.meta.url);
const NAME = 'rebind.test';

const PAGE = `<!doctype html><title>evil</title><script>
  window.answer = null;
  window.attack = async () => {
    for (;;) {
      try {
        const reply = await fetch('/api/lock', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"with":{}}' });
        window.answer = { status: reply.status, text: await reply.text() };
        return;
      } catch { await new Promise((go) => setTimeout(go, 100)); }
    }
  };
</script>`;

/* --- inside the namespace --- */

async function dnsStart(folder) {
  const hosts = path.join(folder, 'hosts');
  fs.writeFileSync(hosts, `127.0.0.2 ${NAME}\n`);
  const child = spawn('dnsmasq', ['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', `--addn-hosts=${hosts}`,
    '--listen-address=127.0.0.1', '--bind-interfaces', '--local-ttl=0', '--user=root', '--pid-file=', '--log-facility=-'], { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(child.stderr, 'data');
  return {
    move() { fs.writeFileSync(hosts, `127.0.0.1 ${NAME}\n`); child.kill('SIGHUP'); },
    stop() { child.kill('SIGTERM'); return once(child, 'exit'); },
  };
}

async function evilStart(port) {
  const server = http.createServer((request, reply) => { reply.setHeader('content-type', 'text/html'); reply.end(PAGE); });
  server.listen(port, '127.0.0.2');
  await once(server, 'listening');
  return () => new Promise((done) => { server.close(done); server.closeAllConnections(); });
}

/** The browser keeps a name for a minute, whatever its TTL: nightly that is waited for. */
async function namesForget(context) {
  const page = await context.newPage();
  await page.goto('chrome://net-internals/#dns');
  await page.locator('#dns-view-clear-cache').click();
  await page.close();
}

async function inside(fault) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rebind-'));
  const dns = await dnsStart(folder);
  const browser = await browserStart(['--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests']);
  const station = await Station.start({ fault });
  try {
    const window = await windowOpen(browser, station.open);
    await unlock(window.page);
    const evilStop = await evilStart(station.port);
    const page = await window.context.newPage();
    await page.goto(`http://${NAME}:${station.port}/`);
    dns.move();
    await evilStop();
    if (!process.env.SHIKAKU_NIGHTLY) await namesForget(window.context);
    await page.evaluate(() => { window.attack(); });
    let answer = null;
    for (const end = Date.now() + 90000; !answer && Date.now() < end;) {
      await page.waitForTimeout(200);
      answer = await page.evaluate(() => window.answer);
    }
    const state = await window.page.evaluate(() => fetch('/api/state', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"with":{}}' }).then((reply) => reply.json()));
    console.log(JSON.stringify({ answer, phase: state.phase, refused: /page_refused/.test(station.log) }));
  } finally {
    await browser.close();
    await station.stop();
    await dns.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/* --- outside --- */

/** The attack in a namespace with a loopback and a resolver of its own: {answer, phase, refused}. */
async function attack(fault = '') {
  const resolv = path.join(os.tmpdir(), `resolv-${process.pid}`);
  fs.writeFileSync(resolv, 'nameserver 127.0.0.1\n');
  const script = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && exec "$2" "$3" inside "$4"';
  const child = spawn('unshare', ['-n', '-m', ...(process.getuid() === 0 ? [] : ['-r']), 'sh', '-c', script, 'sh', resolv, process.execPath, self, fault],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (part) => { said += part; });
  const [code] = await once(child, 'close');
  fs.rmSync(resolv);
  assert.equal(code, 0, said);
  return JSON.parse(said);
}

if (process.argv[2] === 'inside') {
  await inside(process.argv[3] || undefined);
} else {
  test('a name that turns into the address of this PC reads nothing and does nothing', async () => {
    const { answer, phase, refused } = await attack();
    assert.equal(answer?.status, 403);
    assert.doesNotMatch(answer.text, /phase|code/);
    assert.equal(phase, 'open');
    assert.equal(refused, true);
  });
  test('control: without host, origin and cookie being looked at, it locks the desk', async () => {
    const { answer, phase } = await attack('host,origin,cookie');
    assert.equal(answer?.status, 200);
    assert.equal(phase, 'locked');
  });
}
