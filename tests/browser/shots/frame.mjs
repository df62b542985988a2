// SPDX-License-Identifier: Apache-2.0
// The frame: way in, first start, lock, mask, dialogs.
import { PASSWORD } from '../station.mjs';

async function facilityFill(page) {
  await page.getByLabel('医療機関等コード').fill('１３１１２３４５６９');
  await page.getByLabel('施設の名前').fill('佐々木𠮷之助 みほん接骨院 本郷三丁目分院');
  await page.keyboard.press('Enter');
  await page.getByLabel('あなたの名前').waitFor();
}

async function staffFill(page) {
  await facilityFill(page);
  await page.getByLabel('あなたの名前').fill('佐々木 𠮷之助');
  await page.getByLabel('パスワード必須').fill(PASSWORD);
  await page.getByLabel('パスワード（もう一度）').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('.recovery').waitFor();
}

export default [
  { name: 'setup-1-facility', setup: true },
  { name: 'setup-1-facility-wrong', setup: true, large: true, show: async (page) => {
    await page.getByLabel('医療機関等コード').fill('1311234568');
    await page.keyboard.press('Enter');
    await page.locator('.error-summary').waitFor();
  } },
  { name: 'setup-2-staff', setup: true, large: true, show: facilityFill },
  { name: 'setup-3-recovery', setup: true, large: true, paper: true, show: staffFill },
  { name: 'setup-4-begin', setup: true, show: async (page) => {
    await staffFill(page);
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: '次へ' }).click();
    await page.getByRole('button', { name: 'あとでする' }).waitFor();
  } },
  { name: 'locked', locked: true },
  { name: 'locked-wrong-password', locked: true, show: async (page) => {
    await page.getByLabel('パスワード').fill('wrong');
    await page.keyboard.press('Enter');
    await page.locator('.error-summary').waitFor();
  } },
  { name: 'locked-forgotten', locked: true, large: true, show: (page) => page.getByRole('button', { name: 'パスワードを忘れたとき' }).click() },
  { name: 'masked', clock: true, show: (page) => page.clock.runFor(61000) },
  { name: 'problem', show: (page) => page.evaluate(async () => {
    const { tellProblem } = await import('/common/dialog.js');
    tellProblem({ title: 'この照会番号は、別の患者さんに使われています。', code: 'reference_taken', request_id: '0f3a5c00112233445566778899aabbcc',
      action: 'カルテの番号と患者さんが合っているか確かめてください。別の番号を使うか、先の登録を消してください。' });
  }) },
];
