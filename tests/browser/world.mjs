// SPDX-License-Identifier: Apache-2.0
// A real service with two facilities of one PC, each with a receipt account that is enrolled, and a
// reader that taps without a card reader (peer.mjs); with card, the first also has shikaku-reader at
// a real pcscd with the virtual card. For the journeys of the workstation's page.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Journey, STAFF } from '../journeys/journey.mjs';
import { PeerReader } from '../journeys/peer.mjs';
import { Stack } from '../journeys/stack.mjs';
import { STEP_MS, passcode } from '../journeys/totp.mjs';

const TAPS_MAX = 3;
const secondNow = () => Math.floor(Date.now() / 1000);

/** As station.c has them. */
export const SEKKOTSU = { code: '1311234569', name: 'みほん接骨院' };
export const SHINKYU = { code: '1329876542', name: 'みほん鍼灸マッサージ院' };

export class World {
  confirmed = new Map(); // card: the second

  static async start({ card = false, mail = false, people = 12, ...options } = {}) {
    const world = new World();
    world.stack = new Stack(options);
    const { stack } = world;
    await stack.startPki(['--people', String(people)]);
    await stack.startOcsp();
    await stack.startStore();
    if (mail) await stack.startMail();
    await stack.startService();
    world.journey = new Journey(stack);
    await world.journey.people();
    world.here = await world.facility(SEKKOTSU);
    world.there = await world.facility(SHINKYU);
    if (card) await world.reader();
    return world;
  }

  /** A second reader at the first facility: the program, over PC/SC. */
  async reader() {
    const { stack, journey } = this;
    await stack.startPcsc();
    journey.reader = await journey.account(SEKKOTSU, 'W');
    await journey.activate();
  }

  /** One confirmation by the virtual card on the reader, with its PIN. */
  card(name) { return this.apart(name, () => this.journey.tapPin(name)); }

  /** Results say the second of their confirmation: of two within one, none is the newer. */
  async apart(card, confirm) {
    while (this.confirmed.get(card) === secondNow()) await sleep(50);
    const given = await confirm();
    this.confirmed.set(card, secondNow());
    return given;
  }

  /** One more receipt account, enrolled: its first passcode is there at once. */
  async account(facility = SEKKOTSU, options = {}) {
    const account = await this.journey.account(facility, 'WA', options);
    await this.enrol(account);
    return account;
  }

  async enrol(account) {
    await this.journey.enrol(account);
    account.spent = Math.floor(Date.now() / STEP_MS);
  }

  async facility(facility) {
    const { stack, journey } = this;
    await stack.admin(['facility', 'add', '--code', facility.code, '--name', facility.name]);
    await stack.admin(['staff', 'add', '--facility', facility.code, '--id', STAFF.id, '--name', STAFF.name]);
    const receipt = await this.account(facility);
    const desk = await journey.account(facility, 'W');
    const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', desk.login_id]);
    const reader = new PeerReader(stack);
    assert.equal((await reader.activate(desk, code)).status, 200);
    assert.equal((await reader.login(desk)).status, 200);
    return { facility, receipt, reader };
  }

  /** One confirmation at a facility; the card's person. What passes by itself is tried again, as staff would. */
  tap(where, card = 'person-1') { return this.apart(card, () => this.check(where, card)); }

  async check(where, card) {
    for (let tries = 1; ; tries++) {
      const reply = await where.reader.check(card, STAFF.id);
      if (reply.status === 200) return reply.json().id;
      assert.ok(reply.status === 503 && tries < TAPS_MAX, `${reply.status}: ${reply.body}`);
      console.log(`# tapped again: ${reply.body}`);
      await sleep(1000);
    }
  }

  /** What the Authenticator shows, as soon as it shows something that was not used. */
  async passcode(account) {
    const step = () => Math.floor(Date.now() / STEP_MS);
    const want = Math.max(account.spent + 1, step() - 1);
    // A step ahead is within the window; further ahead one has to wait.
    while (want > step() + 1) await sleep(250);
    account.spent = want;
    return passcode(account.secret, want - step());
  }

  stop() { return this.stack.stop(); }
}
