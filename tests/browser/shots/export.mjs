// SPDX-License-Identifier: Apache-2.0
// CSVに書き出す: from each list; with names that Shift_JIS has not.
import { fill } from '../fill.mjs';

const prepare = (home) => fill(home, 'day');
const asked = (screen, charset) => async (page) => {
  if (screen) {
    await page.getByRole('link', { name: screen }).click();
    await page.getByRole('heading', { level: 1, name: screen }).waitFor();
  }
  await page.getByRole('button', { name: 'CSVに書き出す' }).click();
  await page.locator('dialog').getByText(/行を書き出します|行がありません/).waitFor();
  if (charset) await page.getByRole('radio', { name: charset }).check();
  await page.locator('dialog button.primary:enabled, dialog .export-found:has-text("行がありません")').first().waitFor();
};

export default [
  { name: 'export', prepare, show: asked() },
  { name: 'export-lost', prepare, show: asked(null, 'Shift_JIS') },
  { name: 'export-month', prepare, show: asked('月初の確認', 'Shift_JIS') },
  { name: 'export-nothing', show: asked('患者') },
];
