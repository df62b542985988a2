// SPDX-License-Identifier: Apache-2.0
// ./dev shots [NAME…]: every screen in every state, as PNG in build/shots/, at 1280 × 720 and as
// paper (A4, PDF). Each screen's states are a module under shots/: export default [{name, …}] as below.
//
//   {name, setup?, vault?, locked?, clock?, prepare?(home), show?(page, station), paper?: true, large?: true,
//    tall?: true}
//
// tall: in a window as long as the screen. show brings the page into the state. NAME: states whose name holds the word.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../journeys/process.mjs';
import { browserStart, windowOpen } from './browser.mjs';
import { Station, unlock } from './station.mjs';

const out = path.join(root, 'build/shots');
const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'shots');
const wanted = process.argv.slice(2);

async function states() {
  const found = [];
  for (const file of fs.readdirSync(folder).sort()) found.push(...(await import(path.join(folder, file))).default);
  return found.filter(({ name }) => !wanted.length || wanted.some((word) => name.includes(word)));
}

async function shoot(browser, state) {
  const station = await Station.start({ setup: state.setup, vault: state.vault, prepare: state.prepare });
  try {
    const window = await windowOpen(browser, station.open, { clock: state.clock, viewport: { width: 1280, height: state.tall ? 2400 : 720 } });
    if (!state.setup && !state.locked) await unlock(window.page);
    await state.show?.(window.page, station);
    await window.page.screenshot({ path: path.join(out, `${state.name}.png`) });
    if (state.large) await window.page.screenshot({ path: path.join(out, `${state.name}-whole.png`), fullPage: true });
    if (state.paper) await window.page.pdf({ path: path.join(out, `${state.name}.pdf`), format: 'A4', preferCSSPageSize: true });
    await window.close();
    return window.sight.faults;
  } finally {
    await station.stop();
  }
}

fs.mkdirSync(out, { recursive: true });
const browser = await browserStart();
let failed = 0;
for (const state of await states()) {
  const faults = await shoot(browser, state).catch((error) => [error.message]);
  console.log(`${faults.length ? 'FAILED' : 'ok'} ${state.name} ${faults.join(' | ')}`);
  failed += faults.length ? 1 : 0;
}
await browser.close();
console.log(`${out}: ${failed} failed`);
process.exitCode = failed ? 1 : 0;
