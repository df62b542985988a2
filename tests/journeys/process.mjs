// SPDX-License-Identifier: Apache-2.0
// Running programs: one that ends, and one that stays until it is told to go.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const build = path.resolve(root, process.env.SHIKAKU_BUILD ?? 'build/debug');

/** A program of this build: program('server/shikakud'). */
export const program = (name) => path.join(build, name);

export class StepError extends Error {}

/**
 * Run a program to its end. input is written to its standard input, which is then closed.
 * onOutput is called with what it says as it says it. Gives {code, stdout, stderr}; with `expect` (not null) another exit code is an error that shows both.
 */
export async function run(file, args, { input = '', env = {}, cwd = root, expect, timeout_ms = 60000, onOutput } = {}) {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const out = [], err = [];
  child.stdout.on('data', (d) => {
    out.push(d);
    onOutput?.(d);
  });
  child.stderr.on('data', (d) => err.push(d));
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout_ms);
  const [code, signal] = await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (...how) => done(how));
  });
  clearTimeout(timer);
  const result = { code: code ?? signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
  if (expect != null && result.code !== expect) {
    throw new StepError(
      `${path.basename(file)} ${args.join(' ')}: exit ${result.code}, expected ${expect}\n${result.stdout}${result.stderr}`);
  }
  return result;
}

/** Start a program that stays; its output goes to a log file. Gives {child, log, stop()}. */
export function start(file, args, { log, env = {}, cwd = root } = {}) {
  const fd = fs.openSync(log, 'a', 0o600);
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', fd, fd], detached: true });
  fs.closeSync(fd);
  const ended = new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
  child.on('error', () => {});
  const stop = (signal = 'SIGTERM', within_ms = 10000) => stopChild(child, ended, signal, within_ms);
  /** As a power cut would: the process and all its children at once. */
  const kill = () => { process.kill(-child.pid, 'SIGKILL'); return ended; };
  return { child, log, ended, stop, kill };
}

async function stopChild(child, ended, signal, within_ms) {
  if (child.exitCode !== null || child.signalCode !== null) return ended;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), within_ms);
  const how = await ended;
  clearTimeout(timer);
  return how;
}

/** Ask again until ask() gives something true; an error names what was waited for. */
export async function waitFor(what, ask, { timeout_ms = 30000, every_ms = 50 } = {}) {
  const end = Date.now() + timeout_ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new StepError(`waited ${timeout_ms} ms for ${what}`);
    await new Promise((done) => setTimeout(done, every_ms));
  }
}

/** A TCP port that was free a moment ago. */
export const freePort = () => new Promise((done, fail) => {
  const server = net.createServer();
  server.on('error', fail);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});
