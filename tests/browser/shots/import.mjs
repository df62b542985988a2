// SPDX-License-Identifier: Apache-2.0
import { TROUBLED } from '../lists.mjs';

const open = async (page) => {
  await page.evaluate(() => { window.location.hash = '#/import'; });
  await page.getByRole('heading', { name: '取り込むファイルを選びます' }).waitFor();
};
const choose = async (page) => {
  await open(page);
  await page.locator('input[type=file]').setInputFiles({ name: '患者一覧.csv', mimeType: 'text/csv', buffer: Buffer.from(TROUBLED) });
  await page.getByRole('heading', { name: 'どの列が何か' }).waitFor();
};
const look = async (page) => {
  await choose(page);
  await page.getByRole('button', { name: '全部の行を確かめる' }).click();
  await page.getByRole('heading', { name: 'このように取り込みます' }).waitFor();
};
const take = async (page) => {
  await look(page);
  await page.getByRole('button', { name: '3人を取り込む' }).click();
  await page.getByRole('heading', { name: '取り込みが終わりました' }).waitFor();
};

export default [
  { name: 'import-file', show: open },
  { name: 'import-columns', show: choose },
  { name: 'import-columns-tall', show: choose, tall: true },
  { name: 'import-look', show: look },
  { name: 'import-done', show: take },
];
