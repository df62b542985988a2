// SPDX-License-Identifier: Apache-2.0
// T60 lockout_and_stuffing through the real door: a botnet, each of its addresses a loopback address
// of its own, tries pairs of login ids and passwords - one in seven of them a pair that was breached -
// while facilities log in with their registered devices. Nightly, because each login of a device
// waits for the next step of its authenticator; lockout.c holds the rules in virtual time, with the
// planted faults.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exchange } from '../../journeys/http.mjs';
import { Journey } from '../../journeys/journey.mjs';
import { PeerReader } from '../../journeys/peer.mjs';
import { waitFor } from '../../journeys/process.mjs';
import { passcode, STEP_MS } from '../../journeys/totp.mjs';
import { Stack } from '../../journeys/stack.mjs';

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const FACILITIES = number('SHIKAKU_T60_FACILITIES', 200);
const BOTS = number('SHIKAKU_T60_BOTS', 2000);
const PAIRS = number('SHIKAKU_T60_PAIRS', 50000);
const AT_ONCE = 64;
const CLIENT = { vendor: 'v', product: 'p', version: '1' };
const SHED = [429, 503];
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const addressOf = (net, n) => `127.${net}.${n >> 8}.${(n & 255) || 254}`;

/** A facility code with its check digit (weights 2 and 1 in turn, sums of digits, the ten's complement). */
function codeOf(n) {
  const digits = `131${String(n).padStart(6, '0')}`;
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const product = Number(digit) * (i % 2 ? 1 : 2);
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return digits + ((10 - (sum % 10)) % 10);
}

/** One facility's PC at its own address, with its own key. */
class Clinic {
  constructor(stack, n) {
    const localAddress = addressOf(2, n);
    this.stack = stack;
    this.facility = { code: codeOf(n), name: `試験施術所${n}` };
    this.pc = new PeerReader({
      url: stack.url,
      call: (method, path, options) => exchange({ port: stack.port, ca: stack.ca, method, path, ...options, tls: { localAddress } }),
    });
  }

  async open() {
    const journey = new Journey(this.stack);
    await this.stack.admin(['facility', 'add', '--code', this.facility.code, '--name', this.facility.name]);
    this.account = await journey.account(this.facility, 'WA');
    await journey.enrol(this.account);
    assert.equal((await this.login(1)).status, 200);
    const made = await this.pc.proven('POST', '/v1/devices', { name: '受付PC', platform: 'linux' });
    assert.equal(made.status, 200, made.body.toString());
    this.ready_ms = (Math.floor(Date.now() / STEP_MS) + 2) * STEP_MS; // the step after the one just spent
  }

  /** Both steps; what was shed is asked again, as the library does. */
  async login(offset = 0) {
    const { login_id, password, secret } = this.account;
    this.pc.token = undefined;
    const begun = await this.proven('/v1/login', { facility_code: this.facility.code, login_id, password, client: CLIENT });
    if (begun.status !== 200) return begun;
    const reply = await this.proven('/v1/mfa', { challenge: begun.json().challenge, passcode: await passcode(secret, offset) });
    if (reply.status === 200) this.pc.token = reply.json().access_token;
    return reply;
  }

  async proven(target, value) {
    for (let tries = 0; ; tries++) {
      const reply = await this.pc.proven('POST', target, value);
      if (!SHED.includes(reply.status) || tries === 3) return reply;
      await pause(1000 * Number(reply.headers['retry-after']));
    }
  }
}

describe('T60 through the door', { concurrency: false, skip: !process.env.SHIKAKU_NIGHTLY && 'nightly' }, () => {
  it('lets every device in, no robot, and the operator know', { timeout: 3600000 }, async () => {
    const stack = new Stack();
    try {
      await stack.startPki();
      await stack.startOcsp();
      await stack.startStore();
      await stack.startMail();
      await stack.startService();
      const clinics = Array.from({ length: FACILITIES }, (_, i) => new Clinic(stack, i + 1));
      for (const clinic of clinics) await clinic.open();
      await pause(Math.max(0, clinics.at(-1).ready_ms - Date.now()));

      const answers = {};
      const begun_ms = Date.now();
      let next = 0, alarm_ms;
      const guess = async (n) => {
        const victim = clinics[n % 3 ? 0 : n % FACILITIES].account;
        const breached = n % 7 === 1;
        const body = Buffer.from(JSON.stringify({
          facility_code: victim.facility.code, login_id: n % 5 ? victim.login_id : `WA${9000000 + n}`,
          password: breached ? victim.password : `hunter${n}`, client: CLIENT,
        }));
        const reply = await exchange({
          port: stack.port, ca: stack.ca, method: 'POST', path: '/v1/login', body,
          headers: { 'content-type': 'application/json', 'content-length': body.length },
          tls: { localAddress: addressOf(1, n % BOTS) },
        }).catch((error) => ({ status: error.code }));
        answers[reply.status] = (answers[reply.status] ?? 0) + 1;
        assert.equal(reply.json?.().access_token, undefined);
      };
      const bot = async () => { while (next < PAIRS) await guess(next++); };
      const bots = Promise.all(Array.from({ length: AT_ONCE }, bot));
      const watch = waitFor('the alarm', () => stack.mails().length > 0, { timeout_ms: 60000 }).then(() => { alarm_ms = Date.now() - begun_ms; });

      let done = 0;
      for (const clinic of clinics) done += (await clinic.login()).status === 200;
      await Promise.all([bots, watch]);
      console.log(`# ${done} of ${FACILITIES} devices in; guesses ${JSON.stringify(answers)} in ${Date.now() - begun_ms} ms; alarm after ${alarm_ms} ms`);
      assert.ok(done >= Math.ceil(FACILITIES * 0.999), `${done} of ${FACILITIES}`);
      assert.ok(next >= PAIRS);
      assert.ok(answers[401] > 0);
    } finally {
      await stack.stop();
    }
  });
});
