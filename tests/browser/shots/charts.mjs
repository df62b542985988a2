// SPDX-License-Identifier: Apache-2.0
// 患者, 個人画面, 要判断: with results that have come in (fill.c).
import { execFileSync } from 'node:child_process';
import { program } from '../../journeys/process.mjs';

const prepare = (home) => execFileSync(program('tests/browser/fill'), [home]);
const result = (n) => `0000000000000000000000000000000${n}`;
const at = (address, selector) => async (page) => {
  await page.evaluate((hash) => { window.location.hash = hash; }, address);
  await page.waitForSelector(selector);
};

export default [
  { name: 'patients', prepare, show: at('#/patients', '.screen.patients tbody tr') },
  { name: 'patients-none', prepare, show: async (page) => {
    await at('#/patients', '.screen.patients tbody tr')(page);
    await page.getByLabel('検索').fill('該当なし');
    await page.waitForSelector('.empty:visible');
  } },
  { name: 'chart', prepare, paper: true, tall: true, show: at('#/chart/1', '.person') },
  { name: 'chart-insurers', prepare, tall: true, show: at('#/chart/3', '.person') },
  { name: 'chart-invalid', prepare, show: at(`#/chart/2/${result(8)}`, '.person') },
  { name: 'chart-result', prepare, show: async (page) => {
    await at('#/chart/1', '.person')(page);
    await page.locator('tr.waits').scrollIntoViewIfNeeded();
  } },
  { name: 'chart-changed', prepare, show: async (page) => {
    await at('#/chart/1', '.person')(page);
    await page.getByRole('button', { name: '元のデータと証明' }).first().click();
    await page.waitForSelector('dialog[open]');
  } },
  { name: 'chart-proof', prepare, show: async (page) => {
    await at('#/chart/2', '.person')(page);
    await page.getByRole('button', { name: '元のデータと証明' }).first().click();
    await page.waitForSelector('dialog[open]');
  } },
  { name: 'chart-edit', prepare, tall: true, show: async (page) => {
    await at('#/chart/1', '.person')(page);
    await page.keyboard.press('F7');
    await page.getByLabel('公費1 負担者番号').fill('123');
    await page.getByRole('button', { name: '保存する' }).click();
    await page.waitForSelector('.error-summary:visible');
  } },
  { name: 'chart-insurance', prepare, tall: true, show: async (page) => {
    await at('#/chart/2', '.person')(page);
    await page.keyboard.press('F6');
    await page.getByRole('button', { name: '保存する' }).click();
    await page.waitForSelector('.error-summary:visible');
  } },
  { name: 'chart-choose', prepare, show: async (page) => {
    await at('#/chart/3', '.person')(page);
    await page.getByRole('button', { name: 'ほかのカルテとまとめる' }).click();
    await page.waitForSelector('dialog .choices button');
  } },
  { name: 'chart-merge', prepare, show: async (page) => {
    await at('#/chart/3', '.person')(page);
    await page.getByRole('button', { name: 'ほかのカルテとまとめる' }).click();
    await page.locator('dialog .choices button', { hasText: '佐々木' }).click();
    await page.getByText('生年月日が違います').waitFor();
  } },
  { name: 'chart-new', prepare, show: at('#/chart/new', '.chart-form') },
  { name: 'decide', prepare, show: at(`#/decide/${result(6)}`, '.candidates') },
  { name: 'decide-several', prepare, show: at(`#/decide/${result(7)}`, '.candidates') },
];
