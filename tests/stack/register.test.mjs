// SPDX-License-Identifier: Apache-2.0
// An insurers' batch on real processes: killed in its middle, again and again, it is resumed without
// doubling anything, tells the same refusals as one that ran through, and takes the memory of a few
// rows. SHIKAKU_NIGHTLY: a million rows.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { OPERATOR, Stack } from '../journeys/stack.mjs';
import { program, waitFor } from '../journeys/process.mjs';

const ROWS = Number(process.env.SHIKAKU_BATCH_ROWS ?? (process.env.SHIKAKU_NIGHTLY ? 1_000_000 : 20_000));
const MEMORY_KIB_MAX = 48 * 1024;

/** Row n, from 1: a person begins, gets a card, ends, ends once more; every tenth row is of nobody. */
function row(n) {
  const person = `B${Math.ceil(n / 4)}`;
  const number = String(Math.ceil(n / 4));
  if (n % 10 === 0) return { kind: 'loss', person: 'nobody', insurance: { InsurerNumber: '06132013' }, lost_on: '20261101', reason: '03' };
  if (n % 4 === 1) {
    return { kind: 'add', person, qualification: { InsuredCardClassification: '01', InsurerNumber: '06132013',
      InsuredIdentificationNumber: number, Name: '試験　太郎', Sex1: '1', Birthdate: '19700101', InsurerName: '試験健康保険組合', QualificationDate: '20200401' } };
  }
  if (n % 4 === 2) return { kind: 'certificate', person, aki: 'b1', serial: (0x100000 + n).toString(16) };
  return { kind: 'loss', person, insurance: { InsurerNumber: '06132013', InsuredIdentificationNumber: number }, lost_on: '20261101', reason: '03' };
}

function fileWrite(name, batch) {
  const out = fs.openSync(name, 'w', 0o600);
  fs.writeSync(out, `${JSON.stringify({ shikaku_register: 1, batch })}\n`);
  for (let n = 1; n <= ROWS; n += 1000) {
    let text = '';
    for (let k = n; k < n + 1000 && k <= ROWS; k++) text += `${JSON.stringify(row(k))}\n`;
    fs.writeSync(out, text);
  }
  fs.closeSync(out);
}

/** Start the import; {child, ended: {code, out}, peak()}: its own memory, without the store's file that it maps. */
function importStart(stack, file) {
  const child = spawn(program('server/admin/shikaku-admin'), ['--config', stack.settingsFile, '--operator', OPERATOR.name,
    '--reason', '試験', '--operator-password-fd', '0', 'register', 'import', file], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '', peak = 0;
  child.stdout.on('data', (data) => { out += data; });
  child.stdin.end(`${OPERATOR.password}\n`);
  const look = setInterval(() => {
    try {
      peak = Math.max(peak, Number(/RssAnon:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
    } catch { /* it has ended */ }
  }, 20);
  const ended = new Promise((done) => child.on('close', (code) => { clearInterval(look); done({ code, out }); }));
  return { child, ended, peak: () => peak };
}

for (const store of ['sqlite', 'postgres']) {
  describe(`batch on ${store}`, { concurrency: false }, () => {
    const stack = new Stack({ store });
    const refused = (file) => fs.readFileSync(`${file}.report`, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
    let file;

    before(async () => {
      await stack.startPki();
      await stack.startOcsp();
      await stack.startStore();
      await stack.startService();
      file = stack.file('batch.jsonl');
      fileWrite(file, '2026-11-22.kumiai');
    }, { timeout: 120000 });
    after(() => stack.stop(), { timeout: 60000 });

    it('is killed three times and resumed behind its last row', async (test) => {
      let before = 0;
      for (let time = 0; time < 3; time++) {
        const run = importStart(stack, file);
        await waitFor('some rows', async () => run.child.exitCode !== null || (await done(stack)) > before, { timeout_ms: 60000, every_ms: 30 });
        run.child.kill('SIGKILL');
        await run.ended;
        before = await done(stack);
      }
      assert.ok(before > 0 && before < ROWS, `killed at row ${before} of ${ROWS}`);
      const from = Date.now();
      const last = importStart(stack, file);
      const { code, out } = await last.ended;
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(out), { batch: '2026-11-22.kumiai', rows: ROWS, refused: expectedRefusals().length, done_before: before });
      const perSecond = Math.round((ROWS - before) * 1000 / (Date.now() - from));
      test.diagnostic(`${store}: ${ROWS - before} rows, ${perSecond} rows/s, at most ${last.peak()} KiB`);
      assert.ok(last.peak() < MEMORY_KIB_MAX, `${last.peak()} KiB`);
      assert.deepEqual(refused(file), expectedRefusals());
      assert.equal(fs.statSync(`${file}.report`).mode & 0o777, 0o600);
    }, { timeout: 1800000 });

    it('tells the same when it comes again, and changes nothing', async () => {
      fs.unlinkSync(`${file}.report`);
      const [again] = await stack.admin(['register', 'import', file], { timeout_ms: 600000 });
      assert.deepEqual(again, { batch: '2026-11-22.kumiai', rows: ROWS, refused: expectedRefusals().length, done_before: ROWS });
      assert.deepEqual(refused(file), expectedRefusals());
    }, { timeout: 900000 });

    it('refuses another file under the same number', async () => {
      const other = stack.file('other.jsonl');
      fs.writeFileSync(other, fs.readFileSync(file, 'utf8').slice(0, 4000).split('\n').slice(0, -1).join('\n').replace('太郎', '次郎'));
      await assert.rejects(stack.admin(['register', 'import', other]), /内容のちがう/);
    });
  });
}

/** How far the batch has come: each transaction of 200 rows leaves one row in the trail. */
async function done(stack) {
  const rows = await stack.admin(['audit', 'list']);
  return rows.filter((one) => one.call === 'admin_register_import').length * 200;
}

/** Every tenth row is of nobody; it never stands where another row is needed. */
const expectedRefusals = () =>
  Array.from({ length: Math.floor(ROWS / 10) }, (_, i) => ({ row: (i + 1) * 10, code: 'person_unknown' }));
