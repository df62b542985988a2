// SPDX-License-Identifier: Apache-2.0
// A real workstation on a home of its own: the page with a vault in memory (station.c), whose clock
// the test moves. Stops what it started.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { program } from '../journeys/process.mjs';

export const PASSWORD = 'correct horse';

export class Station {
  /** setup: as on a new PC. vault: over the real vault ('new': an empty one). prepare(home): fills the stores before it starts. fault: see faults.c. service, ca: a real one. */
  static async start({ setup = false, vault, prepare, fault, service, ca } = {}) {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'station-'));
    await prepare?.(home);
    const child = spawn(program(fault ? 'tests/browser/station_faulty' : 'tests/browser/station'), [home, vault === 'new' ? 'new' : vault ? 'vault' : setup ? 'setup' : 'desk', ...(service ? [service, ca] : [])],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, SHIKAKU_FAULT: fault ?? '' } });
    const station = new Station(home, child);
    child.stderr.on('data', (text) => { station.log += text; });
    const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => ['']) ]);
    station.open = String(line).trim();
    if (!station.open) throw new Error(`the station did not start: ${station.log}`);
    return station;
  }

  constructor(home, child) {
    Object.assign(this, { home, child, log: '' });
  }

  /** http://127.0.0.1:PORT */
  get origin() { return /action="(http:\/\/127\.0\.0\.1:\d+)\/open"/.exec(fs.readFileSync(this.open, 'utf8'))[1]; }
  get port() { return Number(new URL(this.origin).port); }

  /** The program's own clock goes on; the page's is the page's. */
  advance(ms) { return this.order(ms); }

  /** Something has moved, as a courier tells it. */
  event(kind) { return this.order(`event ${kind}`); }

  /** Done when the program has done it. */
  async order(words) {
    const answered = once(this.child.stdout, 'data');
    this.child.stdin.write(`${words}\n`);
    await answered;
  }

  async stop() {
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
    fs.rmSync(this.home, { recursive: true, force: true });
  }
}

/** From the unlock screen to the desk. */
export async function unlock(page, { staff = '佐藤 花子', password = PASSWORD } = {}) {
  await page.getByRole('radio', { name: staff }).check();
  await page.getByLabel('パスワード').fill(password);
  await page.getByRole('button', { name: 'ロックを解除する' }).click();
  await page.waitForSelector('.frame .screen');
}
