// SPDX-License-Identifier: Apache-2.0
// From card tap to chart, step by step. The demonstration prints these steps and the journey tests
// assert what they give; both run the very same code on real processes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { program, run, StepError } from './process.mjs';
import { passcode } from './totp.mjs';

export const FACILITY = { code: '1310000003', name: '見本はりきゅう接骨院' };
/** What opens the charts of the desk's PC. */
export const DESK_PASSWORD = 'a river in autumn';
export const OTHER_FACILITY = { code: '2710000007', name: '別の見本接骨院' };
export const STAFF = { id: 'sato', name: '佐藤 さくら' };

/** Number of the person whose card is no 健康保険証 yet. */
export const UNREGISTERED = 10;

const lines = (text) => text.split('\n').filter(Boolean);

/** One qualification's members, by OQS name, of a downloaded result. */
export const qualifications = (entry) =>
  entry.result.XmlMsg.MessageBody.ResultList.map((item) => item.ResultOfQualificationConfirmation);
export const validity = (entry) => entry.result.XmlMsg.MessageBody.QualificationValidity;

export class Journey {
  constructor(stack) { this.stack = stack; }

  /** The simulated 特定機関認証 of the test world. */
  get organisationKey() { return this.stack.file('pki', 'org', 'organisation.key'); }

  /** The period that a desk asks for: this month so far, JST. */
  get period() {
    const jst = new Date(Date.now() + 9 * 3600e3).toISOString();
    const day = jst.slice(0, 10).replaceAll('-', '');
    return ['--from', `${day.slice(0, 6)}01`, '--to', day];
  }

  /** Step 2: a facility with its accounts, one staff name, and the invented people. */
  async register() {
    const { stack } = this;
    await stack.admin(['facility', 'add', '--code', FACILITY.code, '--name', FACILITY.name]);
    this.reader = await this.account(FACILITY, 'W');
    this.receipt = await this.account(FACILITY, 'WA');
    this.desk = await this.account(FACILITY, 'WA');
    await stack.admin(['staff', 'add', '--facility', FACILITY.code, '--id', STAFF.id, '--name', STAFF.name]);
    await this.people();
  }

  /** With keep the password that the operator issued may stay. */
  async account(facility, kind, { keep = true } = {}) {
    const [account] = await this.stack.admin(['account', 'add', '--facility', facility.code, '--kind', kind,
      ...(keep ? ['--keep-password'] : [])]);
    return { facility, kind, login_id: account.login_id, password: account.password };
  }

  /** A second facility with one receipt account, for the tests that look over the wall. */
  async registerOther() {
    await this.stack.admin(['facility', 'add', '--code', OTHER_FACILITY.code, '--name', OTHER_FACILITY.name]);
    this.stranger = await this.account(OTHER_FACILITY, 'WA');
  }

  async generate(args = []) {
    const { stack } = this;
    const { stdout } = await run(program('sim/people/shikaku-sim-people'),
      ['--seed', String(stack.seed), '--count', '17', '--certificates', stack.file('pki', 'certificates.txt'), ...args],
      { expect: 0 });
    return stdout;
  }

  async people() {
    const text = await this.generate();
    this.persons = lines(text).map((line) => JSON.parse(line));
    // One whose card is no 健康保険証 yet (初回登録).
    this.persons[UNREGISTERED - 1].registered = false;
    const file = this.stack.file('people.jsonl');
    fs.writeFileSync(file, this.persons.map((person) => JSON.stringify(person) + '\n').join(''), { mode: 0o600 });
    await this.stack.admin(['import', file]);
  }

  /** Step 3: the authenticator, through its one-time URL; spends the steps T-1 and T. */
  async enrol(account) {
    const { stack } = this;
    const [issued] = await stack.admin(['enrolment', 'issue', '--login-id', account.login_id]);
    const code = new URL(issued.url).hash.slice(1);
    const begun = await stack.json('POST', '/v1/enrolment', { code });
    assert.equal(begun.status, 200, begun.body.toString());
    account.secret = begun.json().secret;
    for (let attempt = 0; ; attempt++) {
      const now = Date.now();
      const confirmed = await stack.json('POST', '/v1/enrolment/confirm', {
        code,
        passcode_1: await passcode(account.secret, -1, now),
        passcode_2: await passcode(account.secret, 0, now),
      });
      if (confirmed.status === 204) return;
      // A 30-second step may have ended between the two clocks; once more, then it is an error.
      if (attempt === 1) throw new StepError(`enrolment: ${confirmed.status} ${confirmed.body}`);
    }
  }

  /** Step 4, before the first tap: bind the device, log in. */
  async activate() {
    const { stack, reader } = this;
    const [issued] = await stack.admin(['activation', 'issue', '--login-id', reader.login_id]);
    await stack.reader(['activate', '--id', reader.login_id, '--name', '受付PC'],
      { input: `${reader.password}\n${issued.code}\n`, expect: 0 });
    await stack.reader(['login', '--id', reader.login_id], { input: `${reader.password}\n`, expect: 0 });
  }

  /** One tap by PIN; the card is put in first. */
  async tapPin(card, { pin = '1234', expect = 0, args = [] } = {}) {
    await this.stack.insert(card);
    return this.stack.reader(['check', '--method', 'pin', '--staff', STAFF.id, ...args], { input: `${pin}\n`, expect });
  }

  /** One tap by 目視: the staff member attests the face check first. */
  async tapVisual(card, { expect = 0 } = {}) {
    await this.stack.insert(card);
    return this.stack.reader(
      ['check', '--method', 'visual', '--staff', STAFF.id, '--face-checked', '--organisation-key', this.organisationKey], { expect });
  }

  /** Step 6: password, then passcode (step T+1 after an enrolment). */
  async login(account, { code, offset = 1, expect = 0, password = account.password } = {}) {
    const passcodeNow = code ?? await passcode(account.secret, offset);
    account.lastPasscode = passcodeNow;
    return this.stack.shikaku(account.login_id,
      ['login', '--facility', account.facility.code, '--id', account.login_id],
      { input: `${password}\n${passcodeNow}\n`, expect });
  }

  /** Both steps by bare calls: {challenge reply, tokens reply}; spends the step T+1. */
  async tokens(account, client) {
    const challenge = await this.stack.json('POST', '/v1/login',
      { facility_code: account.facility.code, login_id: account.login_id, password: account.password, client });
    assert.equal(challenge.status, 200, challenge.body.toString());
    const tokens = await this.stack.json('POST', '/v1/mfa',
      { challenge: challenge.json().challenge, passcode: await passcode(account.secret, 1) });
    return { challenge, tokens };
  }

  async refresh(account, { expect = 0 } = {}) {
    return this.stack.shikaku(account.login_id, ['refresh'], { input: `${account.password}\n`, expect });
  }

  async count(account, args = []) {
    const { stdout } = await this.stack.shikaku(account.login_id, ['count', ...this.period, ...args], { expect: 0 });
    const [, count, without_reference] = /(\d+)件（照会番号なし: (\d+)件）/.exec(stdout).map(Number);
    return { count, without_reference };
  }

  async download(account, args = []) {
    const { stdout } = await this.stack.shikaku(account.login_id, ['download', ...this.period, ...args], { expect: 0 });
    return lines(stdout).map((line) => JSON.parse(line));
  }

  /** Step 7: the workstation logs in with its own account and syncs into its charts. */
  async deskLogin() {
    const { stack, desk } = this;
    await stack.workstation(['init', '--facility', FACILITY.code, '--name', '見本 受付'], { password: DESK_PASSWORD, expect: 0 });
    await stack.workstation(['login', '--service', stack.url, '--id', desk.login_id],
      { input: `${desk.password}\n${await passcode(desk.secret, 1)}\n`, expect: 0 });
  }

  async sync() {
    return (await this.stack.workstation(['sync', ...this.period], { password: DESK_PASSWORD, expect: 0 })).stdout;
  }

  async charts() {
    return (await this.stack.workstation(['charts'], { password: DESK_PASSWORD, expect: 0 })).stdout;
  }

  async chart(number) {
    return (await this.stack.workstation(['chart', String(number)], { password: DESK_PASSWORD, expect: 0 })).stdout;
  }

  /** Step 8: the insurer changes at the operator. */
  async changeInsurer(person) {
    const file = this.stack.file('change.jsonl');
    fs.writeFileSync(file, await this.generate(['--change-insurer', person]), { mode: 0o600 });
    await this.stack.admin(['import', file]);
  }
}
