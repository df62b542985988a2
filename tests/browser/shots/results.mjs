// SPDX-License-Identifier: Apache-2.0
// 届いた結果 and 月初の確認.
import { fill } from '../fill.mjs';

const day = (home) => fill(home, 'day');
const ready = (page) => page.locator('tr[data-index]').first().waitFor();
const month = async (page) => { await page.keyboard.press('Alt+4'); await page.locator('.month .table').waitFor(); };

export default [
  { name: 'results-empty' },
  { name: 'results', prepare: day, show: ready, paper: true },
  { name: 'results-automatic', prepare: day, show: async (page) => {
    await ready(page);
    await page.evaluate(() => { document.querySelector('.automatic').hidden = false; });
  } },
  { name: 'results-opened', prepare: day, show: async (page) => {
    await ready(page);
    await page.getByRole('button', { name: 'この日 2回' }).click();
  } },
  { name: 'results-search', prepare: day, show: async (page) => {
    await ready(page);
    await page.keyboard.press('F2');
    await page.keyboard.insertText('たかだ');
    await page.waitForTimeout(600);
  } },
  { name: 'results-none', prepare: day, show: async (page) => {
    await ready(page);
    await page.getByLabel('検索').fill('いない人');
    await page.getByText('条件をすべて外す').waitFor();
  } },
  { name: 'results-thousands', prepare: (home) => fill(home, 'many', 3000), show: ready },
  { name: 'month', prepare: day, show: month, paper: true },
  { name: 'month-nobody', show: month },
];
