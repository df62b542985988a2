// SPDX-License-Identifier: Apache-2.0
// The packages as a facility meets them: built, looked at by Debian's own judge, put into a system
// like this one, used, taken out again. Where the program keeps its word or not is told by examine(),
// which the controls run over spoiled packages too.
//
// As a user they are built and judged, not installed. SHIKAKU_NIGHTLY: they are built a second time
// elsewhere, and have to be the same to the byte.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test, { after, before } from 'node:test';
import { root, run } from '../journeys/process.mjs';
import { browserStart, windowOpen } from '../browser/browser.mjs';

const PASSWORD = 'hidari no kata';
const FACILITY = '1311234569';
const BUILD_MS = 15 * 60 * 1000; // on a machine that does something else too
const STEP_MS = 5 * 60 * 1000; // dpkg waits for the disk
const PACKAGES = ['libshikaku1', 'libshikaku-dev', 'shikaku', 'shikaku-workstation'];
// The debug packages are half of the work.
const OPTIONS = process.env.SHIKAKU_NIGHTLY ? {} : { DEB_BUILD_OPTIONS: 'noautodbgsym' };
const asRoot = { timeout: BUILD_MS, skip: process.getuid() !== 0 && 'root only' };
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'package-'));
const built = path.join(work, 'built');
const version = /^ *version: '([0-9.]+)',$/m.exec(fs.readFileSync(path.join(root, 'meson.build'), 'utf8'))[1];
let browser;

before(async () => {
  await run(path.join(root, 'packaging/build.sh'), [built], { env: OPTIONS, expect: 0, timeout_ms: BUILD_MS });
  browser = await browserStart();
}, { timeout: BUILD_MS });
after(async () => { await browser?.close(); fs.rmSync(work, { recursive: true, force: true }); });

const debs = (folder, names = PACKAGES) => names.map((name) =>
  path.join(folder, fs.readdirSync(folder).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'))));

/** A system of its own (root.sh): {folder, run(command…), spawn(command…), stop()}; folder is /desk inside. */
async function system() {
  const place = fs.mkdtempSync(path.join(work, 'system-'));
  const folder = path.join(place, 'desk');
  fs.mkdirSync(folder);
  const child = spawn(path.join(root, 'tests/package/root.sh'), [place], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [''])]);
  const pid = /^ready (\d+)/.exec(String(line))?.[1];
  assert.ok(pid, 'the system did not start');
  const inside = (command) => ['--mount', '--target', pid, 'chroot', path.join(place, 'root'),
    'env', 'HOME=/desk', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive', ...command];
  return {
    folder,
    run: (command, options) => run('nsenter', inside(command), { timeout_ms: STEP_MS, ...options }),
    spawn: (command) => spawn('nsenter', inside(command), { stdio: ['ignore', 'pipe', 'inherit'] }),
    async stop() { child.stdin.end(); await once(child, 'exit'); },
  };
}

const installed = async (place, names = PACKAGES) => {
  const { stdout } = await place.run(['dpkg', '-L', ...names], { expect: 0 });
  return [...new Set(stdout.split('\n').filter((name) => name.startsWith('/') && name !== '/.'))];
};

/** Every file below a folder with what is in it. */
function content(folder) {
  return fs.readdirSync(folder, { recursive: true }).sort()
    .filter((name) => fs.statSync(path.join(folder, name)).isFile() && !name.includes('/run/'))
    .map((name) => `${name} ${createHash('sha256').update(fs.readFileSync(path.join(folder, name))).digest('hex')}`);
}

/** What the screen says of its version, before and behind the lock; ends with the program's end. */
async function versionsSeen(place, visit) {
  const child = place.spawn(['shikaku-workstation', 'open', '--no-browser', '--home', '/desk/home']);
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [''])]);
  const window = await windowOpen(browser, String(line).trim().replace(/^\/desk/, place.folder));
  const locked = await window.page.locator('.version').innerText();
  await window.page.getByLabel('パスワード').fill(PASSWORD);
  await window.page.keyboard.press('Enter');
  await window.page.waitForSelector('.frame .screen');
  const open = await window.page.locator('.rail .version').innerText();
  await visit?.(window.page);
  window.sight.clean();
  await window.close();
  child.kill('SIGTERM');
  assert.equal((await once(child, 'exit'))[0], 0);
  return [locked, open].map((text) => /\d+\.\d+\.\d+/.exec(text)?.[0]);
}

/** A vendor's program (tests/abi) is built with what the packages bring, and runs. */
async function vendorExamine(place) {
  const source = fs.readFileSync(path.join(root, 'tests/abi/vendor.c'), 'utf8').replace('"include/shikaku/shikaku.h"', '<shikaku/shikaku.h>');
  fs.writeFileSync(path.join(place.folder, 'vendor.c'), source);
  const { code, stdout, stderr } = await place.run(['sh', '-c',
    'cd /desk && cc -o vendor vendor.c $(pkg-config --cflags --libs shikaku) && ./vendor']);
  return code === 0 ? [] : [`a vendor's program: ${stdout}${stderr}`];
}

async function useExamine(place, packaged) {
  const complaints = await vendorExamine(place);
  const { stdout } = await place.run(['shikaku-workstation', '--version'], { expect: 0 });
  if (stdout !== `shikaku-workstation ${packaged}\n`) complaints.push(`--version says ${stdout.trim()}`);
  await place.run(['shikaku-workstation', 'init', '--home', '/desk/home', '--facility', FACILITY, '--name', '佐々木 𠮷之助'],
    { input: `${PASSWORD}\n`, expect: 0 });
  const seen = await versionsSeen(place, async (page) => {
    const manual = page.context().waitForEvent('page');
    await page.keyboard.press('F1');
    const text = await (await manual).locator('.version').first().innerText();
    if (text !== `版 ${packaged}`) complaints.push(`the manual says ${text}`);
  });
  const { stdout: paper } = await place.run(['cat', '/usr/share/doc/shikaku-workstation/manual/index.html']);
  if (!paper.includes(`版 ${packaged}<`)) complaints.push('the installed manual is not of this version');
  if (seen.some((text) => text !== packaged)) complaints.push(`the screen says ${seen.join(' and ')}`);
  return complaints;
}

async function removalExamine(place) {
  const complaints = [];
  const home = path.join(place.folder, 'home');
  const kept = content(home);
  const files = await installed(place);
  // Folders that others use too are not the package's to take away.
  const { stdout: shared } = await place.run(['dpkg', '-S', ...files]);
  const foreign = new Set(shared.split('\n').filter((line) => line.split(': ')[0].split(', ').some((name) => !PACKAGES.includes(name.split(':')[0])))
    .map((line) => line.split(': ')[1]));
  await place.run(['dpkg', '--purge', ...PACKAGES], { expect: 0 });
  const left = files.filter((name) => !foreign.has(name));
  const { stdout } = await place.run(['sh', '-c', 'for name; do [ ! -e "$name" ] || echo "$name"; done', 'sh', ...left], { expect: 0 });
  if (stdout) complaints.push(`stays behind: ${stdout.trim().replaceAll('\n', ' ')}`);
  if (!fs.existsSync(home) || content(home).join('\n') !== kept.join('\n')) complaints.push('the charts are not as they were');
  return complaints;
}

/** Install, use, remove: what was not as it should be. */
async function examine(files) {
  const place = await system();
  try {
    await place.run(['mkdir', '-p', '/desk/packages'], { expect: 0 });
    for (const file of files) fs.copyFileSync(file, path.join(place.folder, 'packages', path.basename(file)));
    await place.run(['dpkg', '--install', ...files.map((file) => `/desk/packages/${path.basename(file)}`)], { expect: 0 });
    const { stdout: packaged } = await place.run(['dpkg-query', '-W', '-f', '${Version}', 'shikaku-workstation'], { expect: 0 });
    return [...await useExamine(place, packaged), ...await removalExamine(place)];
  } finally {
    await place.stop();
  }
}

/** The packages, the workstation's changed by spoil(folder of its unpacked content). */
async function spoiled(name, spoil) {
  const folder = path.join(work, name);
  const tree = path.join(folder, 'tree');
  fs.mkdirSync(folder);
  const others = debs(built);
  const workstation = others.pop();
  await run('dpkg-deb', ['--raw-extract', workstation, tree], { expect: 0 });
  spoil(tree);
  const file = path.join(folder, 'shikaku-workstation_0_all.deb');
  await run('dpkg-deb', ['--root-owner-group', '--build', tree, file], { expect: 0 });
  return [...others, file];
}

test('lintian finds neither errors nor warnings', async () => {
  const changes = fs.readdirSync(built).find((name) => name.endsWith('.changes'));
  const { stdout } = await run('lintian', ['--fail-on', 'none', path.join(built, changes)], { expect: 0, timeout_ms: BUILD_MS });
  assert.equal(stdout, '');
});

test('what the desktop and man are told is in order, in both languages', async () => {
  const tree = path.join(work, 'tree');
  for (const file of debs(built)) await run('dpkg-deb', ['-x', file, tree], { expect: 0 });
  const share = path.join(tree, 'usr/share');
  const entry = path.join(share, 'applications/shikaku-workstation.desktop');
  assert.match(fs.readFileSync(entry, 'utf8'), /^Name\[ja\]=資格ワークステーション$/m);
  assert.doesNotMatch((await run('desktop-file-validate', [entry], { expect: 0 })).stdout, /error|warning/);
  await run('appstreamcli', ['validate', '--no-net', '--strict', path.join(share, 'metainfo/jp.example.shikaku_workstation.metainfo.xml')], { expect: 0 });
  assert.ok(fs.existsSync(path.join(share, 'icons/hicolor/scalable/apps/shikaku-workstation.svg')));
  const library = await run('man', ['--warnings', '-l', path.join(share, 'man/man3/libshikaku.3.gz')], { env: { LC_ALL: 'C.UTF-8', MANWIDTH: '120' }, expect: 0 });
  const header = fs.readFileSync(path.join(tree, 'usr/include/shikaku/shikaku.h'), 'utf8');
  for (const [, name] of header.matchAll(/^SHK_API .*SHK_CALL (shk_\w+)\(/gm)) assert.ok(library.stdout.includes(`${name}(`), name);
  for (const page of ['man1/shikaku.1.gz', 'man1/shikaku-workstation.1.gz', 'ja/man1/shikaku.1.gz', 'ja/man1/shikaku-workstation.1.gz']) {
    const { stdout, stderr } = await run('man', ['--warnings', '-l', path.join(share, 'man', page)], { env: { LC_ALL: 'C.UTF-8', MANWIDTH: '100' }, expect: 0 });
    assert.match(stdout, page.startsWith('ja') ? /終了ステータス/ : /EXIT STATUS/);
    assert.doesNotMatch(stderr, /macro|escape|undefined/);
  }
});

test('installed it says its version, is set up, opens its page; removed, it leaves the charts', asRoot, async () => {
  const files = debs(built);
  const { stdout } = await run('dpkg-deb', ['--field', files.at(-1), 'Version'], { expect: 0 });
  assert.equal(stdout.trim(), version);
  assert.deepEqual(await examine(files), []);
});

test('control: another version than its program, charts taken away, files left behind: all found out', asRoot, async () => {
  const files = await spoiled('greedy', (tree) => {
    const control = path.join(tree, 'DEBIAN/control');
    fs.writeFileSync(control, fs.readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 9.9.9'));
    fs.writeFileSync(path.join(tree, 'DEBIAN/postrm'), '#!/bin/sh\nrm -rf /desk/home\n: >/usr/bin/shikaku-workstation\n', { mode: 0o755 });
  });
  assert.deepEqual(await examine(files), [
    `--version says shikaku-workstation ${version}`, `the manual says 版 ${version}`,
    'the installed manual is not of this version', `the screen says ${version} and ${version}`,
    'stays behind: /usr/bin/shikaku-workstation', 'the charts are not as they were']);
});

test('built again elsewhere, it is the same to the byte', { timeout: 4 * BUILD_MS, skip: !process.env.SHIKAKU_NIGHTLY && 'nightly' }, async () => {
  const elsewhere = path.join(work, 'a-folder-with-a-longer-name');
  fs.mkdirSync(elsewhere);
  const again = path.join(work, 'again');
  await run(path.join(root, 'packaging/build.sh'), [again], { env: { TMPDIR: elsewhere, SHIKAKU_JOBS: '1', LC_ALL: 'C', TZ: 'Asia/Tokyo' }, expect: 0, timeout_ms: 4 * BUILD_MS });
  const sums = (folder) => content(folder).filter((line) => line.includes('.deb '));
  assert.equal(sums(built).length, 7);
  assert.deepEqual(sums(again), sums(built));
});
