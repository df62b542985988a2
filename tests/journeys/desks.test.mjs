// SPDX-License-Identifier: Apache-2.0
// Two PCs of one facility, one new patient: both take the results in at the same time, from the real
// service. However it comes out, the service holds one number for the patient, and each PC has one
// chart of the patient with that number - though each numbers its charts without asking the other.
// The PC that comes later may find the number on the result already: it does not know it, and asks.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { FACILITY, Journey, STAFF } from './journey.mjs';
import { PeerReader } from './peer.mjs';
import { Stack } from './stack.mjs';
import { passcode } from './totp.mjs';

const PASSWORD = 'mado wo shimeru yoru';
const PCS = ['pc-1', 'pc-2'];

class ScopedStack extends Stack {
  constructor(scope) { super({ store: 'sqlite' }); this.scope = scope; }
  settings() { return `${super.settings()}\n[reference]\nscope = ${this.scope}\n`; }
}

for (const scope of ['person', 'insurance']) {
  describe(`two PCs and one new patient, numbers by ${scope}`, { concurrency: false }, () => {
    const stack = new ScopedStack(scope);
    const journey = new Journey(stack);
    let peer;

    const pc = async (state, args) => (await stack.workstation(args, { state, password: PASSWORD, expect: 0 })).stdout;
    const sync = (state) => pc(state, ['sync', ...journey.period]);
    const tap = async (card) => assert.equal((await peer.check(card, STAFF.id)).status, 200);
    const nameOf = (one) => one.result.XmlMsg.MessageBody.ResultList[0].ResultOfQualificationConfirmation.Name;
    const results = async () => (await journey.download(journey.receipt)).map((one) => ({ name: nameOf(one), number: one.reference_number }));
    const chartsOf = async (state, name) => (await pc(state, ['charts'])).split('\n').filter((line) => line.includes(name));
    const numberOf = (line) => /照会番号 (\S+)/.exec(line)[1];

    /** Somebody at this PC says of a result that waits: a new patient. True: one waited. */
    const answerNew = async (state, name) => {
      const waits = new RegExp(`${name}[^]*?（結果 ([0-9a-f]{32})）`).exec(await pc(state, ['pending']));
      if (waits) await pc(state, ['new', waits[1]]);
      return waits !== null;
    };

    before(async () => {
      await stack.startPki();
      await stack.startOcsp();
      await stack.startStore();
      await stack.startService();
      await journey.register();
      await journey.enrol(journey.receipt);
      await journey.login(journey.receipt);
      const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', journey.reader.login_id]);
      peer = new PeerReader(stack);
      assert.equal((await peer.activate(journey.reader, code)).status, 200);
      assert.equal((await peer.login(journey.reader)).status, 200);
      for (const [i, state] of PCS.entries()) {
        const account = i ? await journey.account(FACILITY, 'WA') : journey.desk;
        await journey.enrol(account);
        await pc(state, ['init', '--facility', FACILITY.code, '--name', '見本 受付']);
        await stack.workstation(['login', '--service', stack.url, '--id', account.login_id],
          { state, input: `${account.password}\n${await passcode(account.secret, 1)}\n`, expect: 0 });
      }
    }, { timeout: 180000 });
    after(() => stack.stop(), { timeout: 60000 });

    it('ends with one number at the service and the same on both', async () => {
      await tap('person-2');
      await sync('pc-2'); // 1 is this patient's now, and pc-1 does not know it
      await tap('person-1');
      await tap('person-1'); // once more: the first reading looked wrong
      await Promise.all(PCS.map(sync));
      await Promise.all(PCS.map(sync)); // what was put off or not answered
      const all = await results();
      const name = all.at(-1).name;
      const numbers = new Set(all.filter((one) => one.name === name).map((one) => one.number));
      assert.equal(numbers.size, 1, [...numbers].join(' '));
      const [number] = numbers;
      assert.ok(number);
      for (const state of PCS) {
        if (await answerNew(state, name)) await sync(state); // the second tap follows its number
        const charts = await chartsOf(state, name);
        assert.equal(charts.length, 1, `${state}: ${charts.join('\n')}`);
        assert.equal(numberOf(charts[0]), number, state);
        assert.doesNotMatch(await pc(state, ['pending']), new RegExp(name));
      }
    });

    it('tells the other PC of a number that it does not know, and links nothing silently', async () => {
      const [first] = await results();
      assert.match(await pc('pc-1', ['pending']), new RegExp(`${first.name}[^]*照会番号のカルテがここにありません`));
      assert.deepEqual(await chartsOf('pc-1', first.name), []);
    });

    it('goes on with one number when it happens again', async () => {
      await tap('person-1');
      await Promise.all(PCS.map(sync));
      const all = await results();
      const name = all.at(-1).name;
      assert.equal(new Set(all.filter((one) => one.name === name).map((one) => one.number)).size, 1);
      for (const state of PCS) assert.equal((await chartsOf(state, name)).length, 1);
    });
  });
}
