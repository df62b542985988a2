// SPDX-License-Identifier: Apache-2.0
// 設定, section by section, over the real vault; and the way back on a new PC.
import fs from 'node:fs';
import path from 'node:path';
import { PASSWORD } from '../station.mjs';

const at = (id, then) => async (page, station) => {
  await page.evaluate((hash) => { window.location.hash = hash; }, `#/settings/${id}`);
  await page.locator(`.section-${id} .section-body > :not([hidden]):not(:empty)`).first().waitFor();
  await then?.(page, station);
  await page.waitForTimeout(150);
};

const disk = (station) => {
  const folder = path.join(station.home, 'disk');
  fs.mkdirSync(folder, { recursive: true });
  return folder;
};

async function folderSet(page, station) {
  await page.getByRole('button', { name: '場所を決める' }).click();
  await page.getByLabel('バックアップを入れるフォルダー').fill(disk(station));
  await page.keyboard.press('Enter');
  await page.getByText('バックアップできています').waitFor();
}

/** What the courier would tell of the service, in its place. */
const told = (id, answers) => async (page, station) => {
  await page.route('**/api/*', async (route) => {
    const name = new URL(route.request().url()).pathname.slice(5);
    if (name in answers) await route.fulfill({ json: answers[name] });
    else await route.continue();
  });
  await station.event('session');
  await page.getByText('接続中').waitFor();
  await at(id)(page, station);
  await page.waitForTimeout(300);
};
const now_ms = Date.now();
const inSession = { session: { service: true, phase: 'in', passcode: 'none', login_id: 'WA0000001', facility_name: '', notice: '', again: false, device: true, needs_device: false, busy: false, ends_ms: now_ms + 3600e3, away: false, away_since_ms: 0, contact_ms: now_ms, automatic: true, received_ms: now_ms, queued: 0, report_ms: 0, now_ms }, session_done: { done: true } };

export default [
  { name: 'settings-facilities', vault: true, show: at('facilities') },
  { name: 'settings-facility-add-wrong', vault: true, tall: true, show: at('facilities', async (page) => {
    await page.getByRole('button', { name: '施設を加える' }).click();
    await page.getByLabel('医療機関等コード').fill('1329876543');
    await page.getByLabel('施設の名前').fill('佐々木𠮷之助 鍼灸マッサージ院 本郷三丁目分院');
    await page.keyboard.press('Enter');
    await page.locator('.error-summary:visible').waitFor();
  }) },
  { name: 'settings-staff', vault: true, show: at('staff') },
  { name: 'settings-staff-add', vault: true, tall: true, show: at('staff', (page) => page.getByRole('button', { name: '職員を加える' }).click()) },
  { name: 'settings-rules', vault: true, tall: true, show: at('rules') },
  { name: 'settings-backup-unset', vault: true, show: at('backup') },
  { name: 'settings-backup', vault: true, tall: true, show: at('backup', folderSet) },
  { name: 'settings-backup-failed', vault: true, show: at('backup', async (page, station) => {
    await folderSet(page, station);
    fs.renameSync(path.join(station.home, 'disk'), path.join(station.home, 'drawer'));
    await page.getByRole('button', { name: '今すぐバックアップする' }).click();
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.card .box.error').waitFor();
  }) },
  { name: 'results-backup-failed', vault: true, show: async (page, station) => {
    await at('backup', folderSet)(page, station);
    fs.renameSync(path.join(station.home, 'disk'), path.join(station.home, 'drawer'));
    await page.getByRole('button', { name: '今すぐバックアップする' }).click();
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Alt+1');
    await page.locator('.notices .box').waitFor();
  } },
  { name: 'settings-recovery', vault: true, show: at('recovery') },
  { name: 'settings-recovery-sheet', vault: true, paper: true, show: at('recovery', async (page) => {
    await page.getByLabel('あなたのパスワード').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('.recovery').waitFor();
  }) },
  { name: 'settings-devices', vault: true, show: told('devices', { ...inSession, devices_ask: { order: 1 }, devices: { devices: [
    { id: '0'.repeat(32), name: '受付', platform: 'linux', registered_at: '20261101090000', current: true },
    { id: '1'.repeat(32), name: '2階のノートPC', platform: 'windows', registered_at: '20261015171500', current: false }] } }) },
  { name: 'settings-history', vault: true, show: told('history', { ...inSession, history_ask: { order: 2 }, history: { total: 1240, accesses: [
    { at: '20261122104205', call: 'download', outcome: 'ok', login_id: 'WA0000001', device: '受付', calls: 3, results: 12 },
    { at: '20261122090112', call: 'login', outcome: 'credentials_refused', login_id: 'WA0000001', device: '受付', calls: 1, results: 0 },
    { at: '20261121173000', call: 'admin_results_show', outcome: 'ok', operator: '運用 太郎', reason: '問い合わせ番号 1234 の調査', calls: 1, results: 1 },
    { at: '20261121101500', call: 'check', outcome: 'ok', login_id: 'W0000001', device: 'リーダー', staff: '01', calls: 1, results: 1 }] } }) },
  { name: 'settings-history-out', vault: true, show: at('history') },
  { name: 'settings-about', vault: true, show: at('about') },
  { name: 'restore', vault: 'new', setup: true, show: (page) => page.getByRole('button', { name: 'バックアップから戻す' }).click() },
  { name: 'restore-wrong', vault: 'new', setup: true, tall: true, show: async (page) => {
    await page.getByRole('button', { name: 'バックアップから戻す' }).click();
    await page.getByLabel('バックアップのあるフォルダー').fill('/media/nothing');
    await page.getByLabel('担当者のパスワード').fill('x');
    await page.keyboard.press('Enter');
    await page.locator('.error-summary:visible').waitFor();
  } },
];
