// SPDX-License-Identifier: Apache-2.0
// The program as it is installed: `shikaku-workstation open` over a vault of its own, from the first
// start to the next morning. No part of it is a test's.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test, { after, before } from 'node:test';
import { program, run } from '../journeys/process.mjs';
import { accessible, browserStart, windowOpen } from './browser.mjs';

const PASSWORD = 'hidari no kata';
const binary = program('workstation/shikaku-workstation');
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'open-'));
const folder = path.join(home, 'desk');
let browser;
before(async () => { browser = await browserStart(); });
after(async () => { await browser.close(); fs.rmSync(home, { recursive: true, force: true }); });

async function start() {
  const child = spawn(binary, ['open', '--home', folder, '--no-browser'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [''])]);
  assert.notEqual(String(line), '');
  return { open: String(line).trim(), async stop() { child.kill('SIGTERM'); const [code] = await once(child, 'exit'); return code; } };
}

async function setup(page) {
  await page.getByLabel('医療機関等コード').fill('１３１１２３４５６９');
  await page.getByLabel('施設の名前').fill('みほん接骨院');
  await page.keyboard.press('Enter');
  await page.getByLabel('あなたの名前').fill('佐々木 𠮷之助');
  await page.getByLabel('パスワード必須').fill(PASSWORD);
  await page.getByLabel('パスワード（もう一度）').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('.recovery').waitFor();
  const recovery = (await page.locator('.recovery').innerText()).trim().split(/\s+/);
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: '次へ' }).click();
  await page.getByRole('button', { name: 'あとでする' }).click();
  await page.waitForSelector('.frame .screen');
  return recovery;
}

let paper; // the recovery key of the first start

test('the first start makes a sealed home, and a second start leads to the first', async () => {
  const station = await start();
  const window = await windowOpen(browser, station.open);
  const recovery = await setup(window.page);
  assert.equal(recovery.length, 11);
  paper = recovery;
  assert.equal(await window.page.locator('.bar .facility').innerText(), 'みほん接骨院');
  const second = await run(binary, ['open', '--home', folder, '--no-browser'], { expect: 0 });
  assert.equal(second.stdout.trim(), station.open);
  window.sight.clean();
  await window.close();
  assert.equal(await station.stop(), 0);
  assert.equal(fs.existsSync(station.open), false); // no ticket stays behind
  for (const name of fs.readdirSync(folder, { recursive: true })) {
    const file = path.join(folder, name);
    assert.equal(fs.statSync(file).mode & 0o077, 0, name);
    if (fs.statSync(file).isFile()) assert.ok(!fs.readFileSync(file).includes(recovery.slice(0, 2).join('-')), name);
  }
  const charts = fs.readFileSync(path.join(folder, '1311234569', 'charts.db'));
  assert.ok(!charts.includes('SQLite format 3') && !charts.includes('みほん接骨院'));
});

test('the next morning the password opens it, and another does not', async () => {
  const station = await start();
  const { page, sight, close } = await windowOpen(browser, station.open);
  await page.getByText('佐々木 𠮷之助').waitFor();
  await page.getByLabel('パスワード').fill('something else');
  await page.keyboard.press('Enter');
  await page.getByText('パスワードが違います').first().waitFor();
  await page.getByLabel('パスワード').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.frame .screen');
  assert.equal(await page.locator('.bar .facility').innerText(), 'みほん接骨院');
  assert.match(await page.locator('.rail .version').innerText(), /\d+\.\d+\.\d+/);
  sight.clean();
  await close();
  assert.equal(await station.stop(), 0);
});

test('a forgotten password: the paper opens, and sets a new one', async () => {
  const station = await start();
  const { page, sight, close } = await windowOpen(browser, station.open);
  await page.getByRole('button', { name: 'パスワードを忘れたとき' }).click();
  await page.getByLabel('復旧キー').fill(paper.map((group, i) => (i === 3 ? 'AAAA' : group)).join('-'));
  await page.getByLabel('新しいパスワード必須').fill('migi no hiza');
  await page.getByLabel('新しいパスワード（もう一度）').fill('migi no hiza');
  await page.keyboard.press('Enter');
  await page.getByText('復旧キーが違います').first().waitFor();
  await accessible(page);
  await page.getByLabel('復旧キー').fill(paper.join(' ').toLowerCase());
  await page.keyboard.press('Enter');
  await page.waitForSelector('.frame .screen');
  await page.keyboard.press('F9');
  await page.getByLabel('パスワード').fill('migi no hiza');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.frame .screen');
  sight.clean();
  await close();
  assert.equal(await station.stop(), 0);
});
