// SPDX-License-Identifier: Apache-2.0
// key_rotation_under_load: a service at work while every key is rotated and its certificate is
// replaced. Logins, refreshes, counts, downloads, waiting calls and card checks go on without one
// failed call; what was given out before - token, cursor, challenge, enrolment code - keeps its life.
// The control: the same load notices an old key that goes at once.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { FACILITY, Journey, STAFF } from '../journeys/journey.mjs';
import { PeerReader } from '../journeys/peer.mjs';
import { program, run, waitFor } from '../journeys/process.mjs';
import { Stack } from '../journeys/stack.mjs';
import { passcode } from '../journeys/totp.mjs';

const KINDS = ['root', 'store', 'lookup', 'pepper', 'token', 'proof', 'audit'];
const SETTLE_MS = 5000; // until a new key is used for new things
const PERIOD = 'from=20200101000000&to=20991231235959';
const CLIENT = { vendor: '見本', product: '見本', version: '1' };
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const kid = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString()).kid;

/** Calls in loops, each of which must be answered as it says; what is not is in `failed`. */
class Load {
  constructor(desk) { Object.assign(this, { desk, done: {}, failed: [], running: [], over: false }); }

  loop(name, pause_ms, call, wanted = [200]) {
    this.done[name] = 0;
    this.running.push((async () => {
      while (!this.over) {
        const reply = await call().catch((error) => ({ status: error.code ?? String(error), body: '' }));
        if (!wanted.includes(reply.status)) this.failed.push(`${name}: ${reply.status} ${reply.body.slice(0, 90)}`);
        this.done[name]++;
        await pause(pause_ms);
      }
    })());
  }

  /** Some rounds more of each. */
  async rounds(count) {
    const from = { ...this.done };
    await waitFor('the load', () => Object.keys(from).every((name) => this.done[name] >= from[name] + count),
      { timeout_ms: 30000 });
  }

  async stop() {
    this.over = true;
    await Promise.all(this.running);
  }
}

/** One receipt account's session: its newest tokens, and those of before. */
class Desk {
  constructor(stack, journey) { Object.assign(this, { stack, journey }); }

  get account() { return this.journey.receipt; }

  password(account = this.account) {
    return this.stack.json('POST', '/v1/login', {
      facility_code: FACILITY.code, login_id: account.login_id, password: account.password, client: CLIENT });
  }

  async open() {
    const { tokens } = await this.journey.tokens(this.account, CLIENT);
    assert.equal(tokens.status, 200, tokens.body.toString());
    this.take(tokens.json());
    this.first = { ...this.now };
  }

  take({ access_token, refresh_handle }) { this.now = { token: access_token, handle: refresh_handle }; }

  async refresh() {
    const reply = await this.stack.json('POST', '/v1/refresh',
      { refresh_handle: this.now.handle, login_id: this.account.login_id, password: this.account.password },
      { headers: { 'idempotency-key': `refresh-${Date.now()}-aaaaaaaa` } });
    if (reply.status === 200) this.take(reply.json());
    return reply;
  }

  count(token = this.now.token) { return this.stack.json('GET', `/v1/results/count?${PERIOD}`, undefined, { token }); }

  page(cursor, more = '') {
    return this.stack.json('GET', `/v1/results?${PERIOD}&limit=2${cursor ? `&cursor=${cursor}` : ''}${more}`,
      undefined, { token: this.now.token });
  }

  /** The next results after the last ones that were followed, waited for. */
  async follow(from) {
    const reply = await this.page(this.followed ?? from, '&wait=2');
    if (reply.status === 200) this.followed = reply.json().new_cursor ?? reply.json().next_cursor;
    return reply;
  }

  /** All pages from a cursor on; a failed one is the answer. */
  async pages(cursor) {
    for (let at = cursor, n = 0; ; n++) {
      const reply = await this.page(at);
      if (reply.status !== 200 || n > 200) return reply;
      at = reply.json().next_cursor;
      if (!at) return reply;
    }
  }
}

const fingerprint = (stack) => new Promise((done, fail) => {
  const socket = tls.connect({ port: stack.port, host: '127.0.0.1', servername: 'localhost', ca: stack.ca }, () => {
    done(socket.getPeerCertificate().fingerprint256);
    socket.end();
  });
  socket.on('error', fail);
});

for (const store of ['sqlite', 'postgres']) {
  describe(`key_rotation_under_load on ${store}`, { concurrency: false }, () => {
    const plenty = 1000000; // what is limited has tests of its own
    const stack = new Stack({ store, limits: { connections_per_address_max: 1000, account_per_minute: plenty,
      facility_per_minute: plenty, address_per_minute: plenty, login_per_minute: plenty } });
    const journey = new Journey(stack);
    const desk = new Desk(stack, journey);
    const peer = new PeerReader(stack);
    let before_; // what was given out before the rotation
    let load;

    before(async () => {
      await stack.startPki();
      await stack.startOcsp();
      await stack.startStore();
      await stack.startService();
      await journey.register();
      await journey.enrol(journey.receipt);
      await journey.enrol(journey.desk);
      const [issued] = await stack.admin(['activation', 'issue', '--login-id', journey.reader.login_id]);
      assert.ok((await peer.activate(journey.reader, issued.code)).status < 300);
      assert.equal((await peer.login(journey.reader)).status, 200);
      await desk.open();
      for (let n = 0; n < 5; n++) assert.equal((await peer.check('person-1', STAFF.id)).status, 200);
    }, { timeout: 120000 });
    after(() => stack.stop(), { timeout: 60000 });

    const begin = () => {
      load = new Load(desk);
      load.loop('login', 200, () => desk.password());
      load.loop('refresh', 300, () => desk.refresh());
      load.loop('count', 20, () => desk.count());
      load.loop('old token', 50, () => desk.count(desk.first.token));
      load.loop('download', 50, () => desk.pages());
      load.loop('old cursor', 100, () => desk.pages(before_.cursor));
      load.loop('check', 200, () => peer.check('person-1', STAFF.id));
      load.loop('wait', 0, () => desk.follow(before_.resume));
    };

    const rotate = async () => {
      for (const kind of KINDS) await stack.admin(['keys', 'rotate', kind]);
    };

    /** A certificate of another authority, which the clients know already. */
    const certificate = async () => {
      const [cert, key] = [stack.file('next.pem'), stack.file('next.key')];
      await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
        '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
      { expect: 0 });
      stack.ca = [stack.ca, fs.readFileSync(cert)].flat();
      fs.copyFileSync(key, stack.file('pki', 'server.key'));
      fs.copyFileSync(cert, stack.file('pki', 'server.pem'));
    };

    const reload = () => run(program('server/shikakud'), ['--config', stack.settingsFile, '--reload'], { expect: 0 });

    it('gives out what must outlive the keys', async () => {
      const first = (await desk.page()).json();
      const all = (await stack.json('GET', `/v1/results?${PERIOD}`, undefined, { token: desk.now.token })).json();
      const challenge = await desk.password(journey.desk);
      const [enrolment] = await stack.admin(['enrolment', 'issue', '--login-id', (await journey.account(FACILITY, 'WA')).login_id]);
      before_ = { cursor: first.next_cursor, resume: all.new_cursor,
        challenge: challenge.json().challenge, enrolment: new URL(enrolment.url).hash.slice(1), kid: kid(desk.now.token) };
      assert.ok(before_.cursor && before_.resume);
    });

    it('no call fails while every key is rotated and the certificate is replaced', { timeout: 120000 }, async () => {
      const was = await fingerprint(stack);
      begin();
      await load.rounds(2);
      await rotate();
      await certificate();
      await reload();
      await pause(SETTLE_MS + 2000); // every process uses the new ones now
      await load.rounds(3);
      await waitFor('a token under the new key', async () => kid(desk.now.token) !== before_.kid, { timeout_ms: 60000 });
      await waitFor('the new certificate', async () => await fingerprint(stack) !== was);
      await load.stop();
      console.log(`# calls: ${Object.entries(load.done).map(([name, n]) => `${name} ${n}`).join(', ')}`);
      assert.deepEqual(load.failed, []);
    });

    it('new things are under the new keys', async () => {
      assert.notEqual(kid(desk.now.token), before_.kid);
      const files = await stack.admin(['keys', 'list']);
      const used = files.filter((file) => file.use === 'new').map((file) => file.name);
      for (const name of ['store-2', 'lookup-2', 'pepper-2']) assert.ok(used.includes(name), used.join());
    });

    it('what was given out before keeps its life', async () => {
      assert.equal((await desk.count(desk.first.token)).status, 200);
      assert.equal((await desk.pages(before_.cursor)).status, 200);
      const tokens = await stack.json('POST', '/v1/mfa',
        { challenge: before_.challenge, passcode: await passcode(journey.desk.secret, 1) });
      assert.equal(tokens.status, 200, tokens.body.toString());
      assert.equal((await stack.json('POST', '/v1/enrolment', { code: before_.enrolment })).status, 200);
    });

    it('the rows have moved, and the trail is whole', { timeout: 60000 }, async () => {
      const trail = await waitFor('the rows to move', async () => {
        const rows = await stack.admin(['audit', 'list']);
        return rows.some((row) => row.call === 'keys_reseal') && rows;
      }, { timeout_ms: 30000, every_ms: 1000 });
      for (const kind of KINDS) assert.ok(trail.some((row) => row.call === `keys_rotate_${kind}`), kind);
      const [report] = await stack.admin(['audit', 'verify']);
      assert.equal(report.finding, 'whole', JSON.stringify(report));
      assert.equal((await peer.check('person-1', STAFF.id)).status, 200);
    });

    it('a settings file that nginx refuses changes nothing', async () => {
      const good = fs.readFileSync(stack.file('pki', 'server.key'));
      fs.writeFileSync(stack.file('pki', 'server.key'), 'no key\n');
      const refused = await run(program('server/shikakud'), ['--config', stack.settingsFile, '--reload']);
      fs.writeFileSync(stack.file('pki', 'server.key'), good);
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /nginx がこの設定を受け付けません/);
      assert.equal((await desk.count()).status, 200);
    });

    it('the load finds an old key that goes at once', { timeout: 60000 }, async () => {
      begin();
      await load.rounds(1);
      await stack.admin(['keys', 'rotate', 'store']);
      for (const name of ['store-1', 'store-2']) fs.rmSync(stack.file('keys', name), { force: true });
      await pause(SETTLE_MS + 4000);
      await load.stop();
      assert.ok(load.failed.length > 0);
    });
  });
}
