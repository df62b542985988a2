// SPDX-License-Identifier: Apache-2.0
// Stores filled as a synchronisation fills them (tests/workstation/fill.c).
import { execFileSync } from 'node:child_process';
import { program } from '../journeys/process.mjs';

export const FACILITY = '1311234569';

/** fill(home, 'day'), fill(home, 'tap'), fill(home, 'many', 3000) */
export const fill = (home, ...what) =>
  execFileSync(program('tests/workstation/fill'), [`${home}/${FACILITY}.db`, ...what.map(String)]);
