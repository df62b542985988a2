// SPDX-License-Identifier: Apache-2.0
// Driving one HTTPS server with wrk and reading what its process spent: CPU microseconds a request,
// all threads. Rates are limited by the load generator and by noise; CPU time is what compares.
import fs from 'node:fs';
import { run } from '../tests/journeys/process.mjs';

const TICKS_PER_SECOND = 100; // USER_HZ, fixed on Linux

/** User and system time of a process with all its threads, in microseconds. */
export function cpuMicroseconds(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND * 1e6;
}

/** The nginx worker below a master. */
export function workerOf(master) {
  const children = fs.readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim().split(' ');
  return Number(children.at(-1));
}

/** CPU microseconds a request of process pid under wrk on url. */
export async function drive({ url, pid, headers = {}, connections = 16, seconds = 3 }) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency'];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  const before = cpuMicroseconds(pid);
  const { stdout } = await run('wrk', [...args, url], { expect: 0, timeout_ms: seconds * 1000 + 20000 });
  const spent = cpuMicroseconds(pid) - before;
  const requests = Number(/(\d+) requests in/.exec(stdout)[1]);
  if (/Non-2xx/.test(stdout)) throw new Error(`not every answer was 200:\n${stdout}`);
  return { cpu_us: spent / requests, per_second: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]), requests };
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Ours and the reference in turn, A B A B …: medians and the ratio reference / ours. */
export async function compare({ name, ours, reference, referenceName, repeats = 5 }) {
  const a = [], b = [];
  await ours(); await reference(); // warm
  for (let i = 0; i < repeats; i++) {
    a.push(await ours());
    b.push(await reference());
  }
  const ratio = median(a.map((value, i) => b[i] / value));
  const round = (value) => Math.round(value * 100) / 100;
  return { bench: name, value: round(median(a)), unit: 'us_cpu', reference: referenceName, reference_value: round(median(b)), ratio: round(ratio) };
}
