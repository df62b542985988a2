// SPDX-License-Identifier: Apache-2.0
// oathtool plays the authenticator: an implementation that is not ours.
import { run } from './process.mjs';

export const STEP_MS = 30000;

/** The passcode of the step `offset` steps from now; the secret travels by standard input. */
export async function passcode(secret, offset = 0, now_ms = Date.now()) {
  const at = new Date(now_ms + offset * STEP_MS).toISOString().replace('T', ' ').slice(0, 19) + ' UTC';
  const { stdout } = await run('oathtool', ['--totp', '--base32', '--digits=6', `--now=${at}`, '-'],
    { input: secret, expect: 0 });
  return stdout.trim();
}
