// SPDX-License-Identifier: Apache-2.0
// Additions 7, 8 and 9 on the program itself, out of real confirmations: what the list says, what a
// person's page says, and whose a result is - by its 照会番号, by candidates, by somebody. Two PCs of
// one facility; a number that waits for the service outlives the power.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Cutter } from '../journeys/cutter.mjs';
import { waitFor } from '../journeys/process.mjs';
import { accessible, browserStart, until, windowOpen } from './browser.mjs';
import { Desk, Hands, sit } from './desk.mjs';
import { Station, unlock } from './station.mjs';
import { SEKKOTSU, World } from './world.mjs';

/** No result of these people belongs to a chart unless somebody has said so. */
function nothingLinkedSilently(results, people) {
  for (const name of people) {
    const mine = results.filter((one) => one.name === name);
    assert.ok(mine.length, `${name} is not here`);
    for (const one of mine) assert.deepEqual([one.status, one.chart], ['asks', undefined], `${name}: ${JSON.stringify(one)}`);
  }
}

describe('whose it is', { concurrency: false }, () => {
  const cutter = new Cutter();
  let browser, world;
  let first, second; // the two PCs: {desk, page, sight, hands, close}
  let taps = 0;

  const name = (number) => world.journey.persons[number - 1].qualifications[0].Name;
  const kana = (number) => world.journey.persons[number - 1].qualifications[0].NameKana;
  const birth = (number) => world.journey.persons[number - 1].qualifications[0].Birthdate;
  const mine = async (pc, number) => (await pc.hands.results()).filter((one) => one.name === name(number));
  const chartsOf = async (pc, number) => (await pc.hands.charts()).filter((one) => one.name === name(number) || one.kana === kana(number));

  const here = (pc) => pc.hands.received(taps);

  async function tap(...numbers) {
    for (const number of numbers) { await world.tap(world.here, `person-${number}`); taps++; }
  }

  async function take(desk, account) {
    const window = await sit(browser, desk);
    await window.hands.setUp({ ...SEKKOTSU, service: world.stack.url });
    await window.hands.button('サービスにログインする').click();
    await window.hands.login(world, account);
    await window.hands.go('results');
    return { desk, account, ...window };
  }

  const row = (pc, text) => pc.page.locator('tr[data-index]').filter({ hasText: text }).first();
  /** The decision of the newest result of this person that waits. */
  async function decide(pc, number) {
    const [waits] = (await mine(pc, number)).filter((one) => one.status === 'asks');
    assert.ok(waits, `${name(number)} does not wait`);
    await pc.hands.go('decide', waits.id);
    await pc.page.locator('.screen.decide .footing').waitFor();
  }
  async function makeNew(pc) {
    await pc.hands.button('新しい患者として登録').click();
    await Promise.race([pc.page.locator('.person').waitFor(), pc.hands.dialog.waitFor()]);
    if (await pc.hands.dialog.count()) await pc.hands.dialog.getByRole('button', { name: '新しい患者として登録' }).click();
    await pc.page.locator('.person').waitFor();
  }

  /** A chart as somebody writes it at the desk. */
  async function write(pc, number) {
    await pc.hands.go('patients');
    await pc.hands.go('chart', 'new');
    await pc.page.locator('.chart-form').waitFor();
    await pc.page.getByLabel('カナ氏名').fill(kana(number));
    await pc.page.getByLabel('生年月日').fill(birth(number));
    await pc.hands.button('保存する').click();
    await pc.page.locator('.person').waitFor();
  }

  /** How often a number was sent, whatever the service made of it. */
  const registrations = () => fs.readFileSync(world.stack.log('shikakud'), 'utf8').split(' call=reference ').length - 1;

  before(async () => {
    world = await World.start({ card: true });
    browser = await browserStart();
    first = await take(await Desk.start({ ca: world.stack.caFile, proxy: await cutter.listen() }), world.here.receipt);
  }, { timeout: 180000 });
  after(async () => {
    cutter.close();
    await browser?.close();
    await first?.desk.stop();
    await second?.desk.stop();
    await world?.stop();
  }, { timeout: 60000 });

  it('makes a new chart with the next number, and registers it: the next tap follows it', async () => {
    await world.card('person-1');
    taps++;
    await here(first);
    assert.deepEqual((await mine(first, 1)).map((one) => one.status), ['new']);
    assert.equal(registrations(), 1);
    await world.card('person-1');
    taps++;
    await here(first);
    const [again, once] = await mine(first, 1);
    assert.deepEqual([again.status, again.reference, again.chart], ['linked', '1', once.chart]);
    await row(first, name(1)).getByText('この日 2回').waitFor();
  });

  describe('at a second PC, which does not know the numbers', () => {
    before(async () => {
      second = await take(await Desk.start({ ca: world.stack.caFile }), await world.account());
      await here(second);
    }, { timeout: 120000 });

    // What comes later is the first PC's alone to decide.
    after(() => second?.hands.automatic(false));

    it('links no number that no chart here has, and says so', async () => {
      nothingLinkedSilently(await second.hands.results(), [name(1)]);
      await decide(second, 1);
      await second.hands.seen('照会番号のカルテがここにありません');
      await accessible(second.page);
      await makeNew(second);
      assert.deepEqual((await chartsOf(second, 1)).map((one) => one.reference), ['1']);
      await here(second);
      assert.equal((await chartsOf(first, 1)).length, 1);
    });

    it('links no number whose chart is of another birth date, and says so', async () => {
      const [chart] = await chartsOf(second, 1);
      await second.hands.go('chart', chart.number);
      await second.page.locator('.person').waitFor();
      await second.page.keyboard.press('F7');
      await second.page.getByLabel('生年月日').fill('S27.3.2');
      await second.hands.button('保存する').click();
      await second.page.locator('.person').waitFor();
      await tap(1);
      await here(second);
      const [newest] = await mine(second, 1);
      assert.deepEqual([newest.status, newest.chart], ['asks', undefined]);
      await second.hands.go('decide', newest.id);
      await second.hands.seen('生年月日が違う');
      await second.hands.seen(/生年月日か性別|生年月日.*違/);
      await here(first);
      assert.ok((await mine(first, 1))[0].chart); // at the first PC nothing is wrong
    });

    it('ends a race for one new patient with one number and no second chart', async () => {
      await world.card('person-7');
      await world.card('person-7'); // once more: the first reading looked wrong
      taps += 2;
      await Promise.all([here(first), here(second)]);
      await world.card('person-7');
      taps++;
      await Promise.all([here(first), here(second)]);
      const numbers = new Set((await mine(first, 7)).concat(await mine(second, 7)).map((one) => one.reference).filter(Boolean));
      assert.equal(numbers.size, 1, [...numbers].join(' '));
      for (const pc of [first, second]) {
        if ((await mine(pc, 7)).some((one) => one.status === 'asks')) {
          if (!(await chartsOf(pc, 7)).length) {
            await decide(pc, 7);
            await makeNew(pc);
          }
        }
        const charts = await chartsOf(pc, 7);
        assert.deepEqual(charts.map((one) => one.reference), [...numbers]);
      }
      await tap(7);
      await Promise.all([here(first), here(second)]);
      for (const pc of [first, second]) assert.equal((await mine(pc, 7))[0].status, 'linked');
    });
  });

  it('proposes the one chart that clearly is the person\'s, and waits for a word', async () => {
    await write(first, 3);
    await tap(3);
    await here(first);
    nothingLinkedSilently(await first.hands.results(), [name(3)]);
    await decide(first, 3);
    await first.page.getByText('この方だと思われます').waitFor();
    await accessible(first.page);
    await first.hands.button('この患者です').click();
    await first.page.locator('.person').waitFor();
    await here(first);
    assert.equal((await chartsOf(first, 3)).length, 1);
    await tap(3);
    await here(first);
    assert.equal((await mine(first, 3))[0].status, 'linked');
  });

  it('chooses nobody among several: somebody does', async () => {
    await write(first, 4);
    await write(first, 4);
    await tap(4);
    await here(first);
    nothingLinkedSilently(await first.hands.results(), [name(4)]);
    await decide(first, 4);
    assert.equal(await first.page.locator('.candidate').count(), 2);
    assert.equal(await first.page.locator('.candidate.proposed').count(), 0);
    assert.equal(await first.page.locator('button.primary').count(), 0);
    await first.page.locator('.candidate').last().getByRole('button', { name: 'この患者です' }).click();
    await first.page.locator('.person').waitFor();
    await here(first);
    assert.equal((await mine(first, 4))[0].status, 'linked');
  });

  it('makes no chart of what is not valid, and asks where there are several qualifications', async () => {
    const before = (await first.hands.charts()).length;
    await tap(6, 5);
    await here(first);
    assert.deepEqual((await mine(first, 6)).map((one) => [one.status, one.chart]), [['invalid', undefined]]);
    nothingLinkedSilently(await first.hands.results(), [name(5)]);
    assert.equal((await first.hands.charts()).length, before);
    await first.hands.go('results');
    await row(first, name(6)).click();
    await first.page.locator('.screen.decide').waitFor();
    await first.page.locator('.box.error', { hasText: '資格が有効ではありません' }).waitFor();
    await first.hands.seen('カルテの保険は変えていません');
    await accessible(first.page);
  });

  it('says the same at a glance, sorted, searched, filtered and folded', async () => {
    const { page, hands } = first;
    await hands.go('results');
    await row(first, name(1)).waitFor();
    const statuses = Object.fromEntries(await page.locator('tr[data-index]').evaluateAll((all) => all.map((tr) =>
      [tr.querySelector('.c-name .two > span').textContent, tr.querySelector('.c-status').textContent])));
    for (const [number, status] of [[1, '＋新しいカルテ'], [6, '✕無効'], [5, '●要判断']]) assert.equal(statuses[name(number)], status, name(number));
    await page.locator('.headline', { hasText: `今日 ${taps}件` }).waitFor();
    await page.locator('.headline', { hasText: '要確認 1件' }).waitFor();
    await page.getByLabel('検索').fill(kana(1));
    await until(page, "document.querySelectorAll('tr[data-index]').length === 1");
    await page.getByLabel('検索').fill('');
    await page.getByLabel('状態', { exact: true }).selectOption('invalid');
    await until(page, "document.querySelectorAll('tr[data-index]').length === 1");
    await row(first, name(6)).waitFor();
    await page.getByLabel('状態', { exact: true }).selectOption('');
    await page.getByRole('button', { name: '生年月日' }).click();
    const days = await page.locator('tr[data-index] .c-birth').count();
    assert.ok(days >= 5);
    await hands.go('month');
    await page.locator('.screen.month').waitFor();
    await hands.seen('確認がすんでいます'); // everybody here came this month
  });

  it('shows a person\'s page: the new insurer beside the old one, the answer as it came, its proof', async () => {
    const { page, hands } = first;
    const chart = (await mine(first, 1))[0].chart;
    await world.journey.changeInsurer(world.journey.persons[0].person);
    await tap(1);
    await here(first);
    const [newest] = await mine(first, 1);
    assert.equal(newest.status, 'changed');
    await hands.go('chart', chart, newest.id);
    await page.locator('.timeline li').first().waitFor();
    assert.equal(await page.locator('.timeline li').count(), 2);
    const old = world.journey.persons[0].qualifications[0];
    await page.locator('.timeline li.past', { hasText: old.InsuredIdentificationNumber }).waitFor();
    assert.doesNotMatch(await page.locator('.timeline li.now').innerText(), new RegExp(old.InsurerName));
    await page.getByRole('button', { name: '元のデータと証明' }).first().click();
    await hands.dialog.getByText('元のデータ（サービスから届いたまま）').click();
    const raw = await hands.dialog.locator('pre').first().innerText();
    assert.match(raw, new RegExp(newest.insurer_number));
    await hands.dialog.locator('.box.success h3', { hasText: '✓' }).waitFor(); // proven with the service's key
    await hands.dialog.getByText('証明（サービスの署名つき').click();
    assert.match(await hands.dialog.locator('pre').last().innerText(), /ey[\w-]+/);
    await page.keyboard.press('Escape');
    await page.getByText('変更の記録').waitFor();
    assert.equal(await page.locator('table[aria-label="確認の記録"] tbody tr').count(), (await mine(first, 1)).length);
    await accessible(page);
  });

  it('sends a number that waited once, also when the power went meanwhile', async () => {
    await write(first, 8);
    await tap(8);
    await here(first);
    await decide(first, 8);
    const before = registrations();
    cutter.cut();
    await first.hands.when('the line is gone', (state) => state.away);
    await first.hands.button('この患者です').click();
    await first.page.locator('.person').waitFor();
    await first.hands.when('it waits', (state) => state.queued === 1);
    await first.hands.told('送信待ち 1件');
    await first.desk.kill();
    first.sight.forgive(/./);
    await first.close();
    cutter.mend();
    await first.desk.start();
    Object.assign(first, await sit(browser, first.desk));
    await first.hands.unlock();
    await first.hands.told('送信待ち 1件');
    assert.equal(registrations(), before);
    await first.hands.go('login');
    await first.hands.login(world, await world.account());
    await here(first);
    assert.equal(registrations(), before + 1);
    await tap(8);
    await here(first);
    const [newest] = await mine(first, 8);
    assert.deepEqual([newest.status, Boolean(newest.reference)], ['linked', true]);
    assert.equal(registrations(), before + 1);
    first.sight.clean();
    second.sight.clean();
  });

  it('would notice a desk that takes whoever fits best (control)', async () => {
    const faulty = await Station.start({ fault: 'guess', service: world.stack.url, ca: world.stack.caFile });
    try {
      const window = await windowOpen(browser, faulty.open);
      const pc = { hands: new Hands(window.page) };
      await unlock(window.page);
      await pc.hands.go('login');
      await pc.hands.login(world, await world.account());
      await here(pc);
      const results = await pc.hands.results();
      assert.throws(() => nothingLinkedSilently(results, [name(1), name(3), name(4)]));
    } finally {
      await faulty.stop();
    }
  });

  it('would notice a desk that sends a number again (control)', async () => {
    const faulty = await Station.start({ fault: 'queue', service: world.stack.url, ca: world.stack.caFile });
    try {
      await first.hands.automatic(false);
      const { page } = await windowOpen(browser, faulty.open);
      const hands = new Hands(page);
      await unlock(page);
      await hands.go('login');
      await hands.login(world, await world.account());
      await hands.received(taps);
      const before = registrations();
      await tap(9);
      await waitFor('its number', () => registrations() > before, { timeout_ms: 30000 });
      await tap(9);
      await waitFor('its number once more', () => registrations() > before + 1, { timeout_ms: 30000 });
    } finally {
      await faulty.stop();
    }
  });
});
