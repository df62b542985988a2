// SPDX-License-Identifier: Apache-2.0
// ./dev demo: the whole journey once, headless, one line a step, then DEMO OK.
//   demo.mjs [--store=sqlite|postgres] [--stay]
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { FACILITY, Journey, STAFF, qualifications, validity } from './journey.mjs';
import { build, program, root, StepError } from './process.mjs';
import { Stack } from './stack.mjs';

const PORT = 8443;
const options = { store: 'sqlite', stay: false };
for (const arg of process.argv.slice(2)) {
  if (arg === '--stay') options.stay = true;
  else if (/^--store=(sqlite|postgres)$/.test(arg)) options.store = arg.slice(8);
  else {
    console.error('usage: ./dev demo [--store=sqlite|postgres] [--stay]');
    process.exit(2);
  }
}

const portIsFree = (port) => new Promise((done) => {
  const server = net.createServer();
  server.on('error', () => done(false));
  server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
});

let current = '準備 set-up';
const began = Date.now();
/** Run one step; its line says what was seen. */
async function step(name, work) {
  current = name;
  const since = Date.now();
  const seen = await work();
  console.log(`${name}${seen ? `: ${seen}` : ''} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
}

/** The first line that says what happened, not what is going on. */
const firstLine = (text) => text.split('\n').find((line) => line && !/ください。$|確認しています。$/.test(line)) ?? '';

/** A command that must be refused with this exit code; gives its first line of Japanese. */
function refused(result, code) {
  assert.equal(result.code, code, `exit ${result.code}, expected ${code}\n${result.stdout}${result.stderr}`);
  return firstLine(result.stderr);
}

async function journeyRun(stack, journey) {
  await step('1 サービス起動 service', async () => {
    await stack.start();
    return `${stack.url}, store ${stack.store}, OCSP 127.0.0.1:${stack.ocspPort}, TLS 1.2/1.3`;
  });
  await step('2 施設・利用者・資格情報の登録 register', async () => {
    await journey.register();
    return `${FACILITY.name} ${FACILITY.code}, ${journey.reader.login_id}, ${journey.receipt.login_id}, ${journey.desk.login_id}, 担当 ${STAFF.name}, ${journey.persons.length}人`;
  });
  await step('3 認証アプリの登録 enrolment', async () => {
    await journey.enrol(journey.receipt);
    await journey.enrol(journey.desk);
    return 'oathtool が認証アプリの代わり';
  });
  await step('4 端末の登録と資格確認 activation and taps', async () => {
    await journey.activate();
    const pin = await journey.tapPin('person-1');
    const visual = await journey.tapVisual('person-2');
    return `暗証番号: ${firstLine(pin.stdout)} / 目視: ${firstLine(visual.stdout)}`;
  });
  await step('5 サーバーの検査と保存 check and store', async () => {
    for (const card of ['person-3', 'person-4', 'person-5', 'person-6', 'person-7']) await journey.tapPin(card);
    const rows = await stack.admin(['audit', 'list', '--facility', FACILITY.code]);
    const checks = rows.filter((row) => row.call === 'check' && row.outcome === 'ok').length;
    assert.equal(checks, 7);
    return `${checks}件の確認と監査の記録`;
  });
  await step('6 レセコン連携 receipt link', async () => {
    await journey.login(journey.receipt);
    await journey.refresh(journey.receipt);
    const { count, without_reference } = await journey.count(journey.receipt);
    const results = await journey.download(journey.receipt);
    assert.equal(count, 7);
    assert.equal(without_reference, 7);
    assert.equal(results.length, 7);
    return `${count}件（照会番号なし ${without_reference}件）をダウンロード`;
  });
  await step('7 カルテ charts', async () => {
    await journey.deskLogin();
    const said = await journey.sync();
    const { without_reference } = await journey.count(journey.receipt);
    return `${said.trim().split('\n').at(-1)}; 照会番号なし ${without_reference}件`;
  });
  await step('8 保険者の変更 change of insurer', async () => {
    const before = (await journey.download(journey.receipt))[0];
    await journey.changeInsurer(journey.persons[0].person);
    await journey.tapPin('person-1');
    const after = (await journey.download(journey.receipt)).at(-1);
    assert.equal(after.reference_number, before.reference_number);
    assert.notEqual(qualifications(after)[0].InsurerNumber, qualifications(before)[0].InsurerNumber);
    assert.equal(validity(after), '1');
    await journey.sync();
    const chart = await journey.chart(after.reference_number);
    assert.match(chart, new RegExp(qualifications(before)[0].InsurerNumber));
    assert.match(chart, new RegExp(qualifications(after)[0].InsurerNumber));
    return `照会番号 ${after.reference_number}: ${qualifications(before)[0].InsurerNumber} → ${qualifications(after)[0].InsurerNumber}`;
  });
  await step('9 断るべきもの refusals', () => refusals(stack, journey));
}

async function refusals(stack, journey) {
  const said = [];
  const add = (name, result, code) => said.push(`\n    ${name} [${code}]: ${refused(result, code)}`);
  add('暗証番号ちがい', await journey.tapPin('person-8', { pin: '9999', expect: null }), 14);
  add('別の認証局', await journey.tapPin('evil', { expect: null }), 11);
  add('失効したカード', await journey.tapPin('revoked', { expect: null }), 12);
  add('期限切れ', await journey.tapPin('expired-old', { expect: null }), 13);
  const { receipt } = journey;
  add('古い期間', await stack.shikaku(receipt.login_id, ['count', '--from', '20240101', '--to', '20240131']), 6);
  await journey.registerOther();
  await journey.enrol(journey.stranger);
  await journey.login(journey.stranger);
  const { count } = await journey.count(journey.stranger);
  assert.equal(count, 0);
  const [mine] = await journey.download(receipt);
  add('別の施設', await stack.shikaku(journey.stranger.login_id, ['reference', mine.id, '1']), 7);
  // A refused login forgets the session it replaces, so these come last.
  const reused = await journey.login(receipt, { code: receipt.lastPasscode, expect: null });
  assert.match(reused.stderr, /passcode_reused/); // the cause, because this PC is a registered device
  add('使用済みパスコード', reused, 4);
  add('パスワードちがい', await journey.login(receipt, { password: 'chigau-password-2026', code: '000000', expect: null }), 3);
  return said.join('');
}

function stayText(stack, journey) {
  const account = (a, what) => `  ${what.padEnd(8)} ${a.login_id}  パスワード ${a.password}`;
  return `
動いています (./dev stop で終わります):
  サービス  ${stack.url}   CA ${stack.caFile}
  施設      ${FACILITY.code} ${FACILITY.name}
${account(journey.reader, '読取')}
${account(journey.receipt, '連携')}
${account(journey.desk, '受付PC')}
  今のパスコード:  oathtool --totp --base32 - < ${path.relative(root, stack.file(journey.receipt.login_id + '.totp'))}
  ログイン  ${path.relative(root, program('cli/shikaku'))} --service ${stack.url} --ca ${path.relative(root, stack.caFile)} \\
              login --facility ${FACILITY.code} --id ${journey.receipt.login_id}
  カード    PCSCLITE_CSOCK_NAME=${stack.pcscSocket}
  記録      ${stack.logs}`;
}

/** Where ./dev stop finds the process that holds everything. */
const pidFile = path.join(root, 'build/run/demo.pid');

async function main() {
  if (!await portIsFree(PORT)) throw new StepError(`port ${PORT} is in use: stop what holds it (./dev stop for an earlier demo)`);
  const dir = path.join(path.dirname(build), 'demo');
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stack = new Stack({ dir, port: PORT, store: options.store });
  const journey = new Journey(stack);
  try {
    await journeyRun(stack, journey);
    console.log(`${((Date.now() - began) / 1000).toFixed(1)} s in all`);
    console.log('DEMO OK');
    if (options.stay) await stay(stack, journey);
  } catch (error) {
    console.error(`\nFAILED at: ${current}\n${error instanceof StepError ? error.message : error.stack}\nlogs: ${stack.logs}`);
    process.exitCode = 1;
  } finally {
    await stack.stop();
  }
}

async function stay(stack, journey) {
  for (const account of [journey.receipt, journey.desk]) {
    fs.writeFileSync(stack.file(`${account.login_id}.totp`), account.secret, { mode: 0o600 });
  }
  console.log(stayText(stack, journey));
  fs.mkdirSync(path.dirname(pidFile), { recursive: true });
  fs.writeFileSync(pidFile, `${process.pid}\n`);
  const hold = setInterval(() => {}, 1 << 30);
  await new Promise((done) => ['SIGTERM', 'SIGINT'].forEach((signal) => process.once(signal, done)));
  clearInterval(hold);
  fs.rmSync(pidFile, { force: true });
}

await main();
