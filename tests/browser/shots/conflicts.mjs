// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { program } from '../../journeys/process.mjs';

const prepare = (home) => execFileSync(program('tests/browser/fill'), [home, 'conflict']);

export default [
  { name: 'conflicts-list', prepare, show: (page) => page.locator('li.conflict').first().waitFor() },
  { name: 'conflicts-choice', prepare, show: async (page) => {
    await page.locator('li.conflict').first().getByRole('button').click();
    await page.locator('dialog h2').waitFor();
  } },
];
