// SPDX-License-Identifier: Apache-2.0
// Everything the journey needs, as real processes: test PKI, OCSP responder, pcscd with the virtual
// card, the service on SQLite or PostgreSQL. Each stack has a folder of its own and stops what it
// started, by process id.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exchange } from './http.mjs';
import { Spelling } from './spelling.mjs';
import { freePort, program, root, run, start, StepError, waitFor } from './process.mjs';

/** Made by the stack's init; every command of its shikaku-admin is theirs. */
export const OPERATOR = { name: 'mihon', password: 'mado wo akeru asa' };

const readLine = async (file, what) => waitFor(what, () => {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  const end = text.indexOf('\n');
  return end < 0 ? undefined : text.slice(0, end);
});

export class Stack {
  constructor({ dir, port, store = 'sqlite', seed = 20261122, profile, limits = {}, more = '' } = {}) {
    this.dir = dir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'shikaku-'));
    this.fixedPort = port;
    this.store = store;
    this.profile = profile; // a wire profile's file; none: as in api/openapi.yaml
    this.spelling = new Spelling(profile);
    this.limits = limits;
    this.more = more; // sections of the settings file, as they are
    this.seed = seed;
    this.stops = []; // what to undo, newest last
    this.logs = path.join(this.dir, 'logs');
    process.once('SIGTERM', () => this.stop().finally(() => process.exit(143)));
    fs.mkdirSync(this.logs, { recursive: true, mode: 0o700 });
  }

  file(...parts) { return path.join(this.dir, ...parts); }
  log(name) { return path.join(this.logs, `${name}.log`); }
  card(name) { return this.file('pki', 'cards', name); }
  get url() { return `https://localhost:${this.port}`; }
  get caFile() { return this.file('pki', 'server-ca.pem'); }

  async startPki(args = []) {
    // Finding its RSA keys is ten seconds of work: they are the same in all worlds of this build.
    await run(program('sim/pki/shikaku-sim-pki'), [this.file('pki'), '--seed', String(this.seed), '--keys', program('sim/pki/keys.pem'), ...args], { expect: 0 });
    this.ca = fs.readFileSync(this.caFile);
  }

  async startOcsp() {
    const log = this.log('ocspd');
    const process = start(program('sim/ocspd/shikaku-sim-ocspd'), 
      ['--dir', this.file('pki'), '--port', '0', '--script', this.file('ocsp-mode')], { log });
    this.stops.push(() => process.stop());
    this.ocspPort = Number(await readLine(log, 'the OCSP responder'));
  }

  /** What the OCSP responder answers from now on: 'index' (the truth), 'tryLater', 'slow:5000' … */
  ocspMode(mode) { fs.writeFileSync(this.file('ocsp-mode'), `${mode}\n`); }

  /** A real SMTP server, which keeps each mail; before startService. Again after stopMail: the same port. */
  async startMail() {
    fs.mkdirSync(this.file('smtp'), { recursive: true });
    fs.writeFileSync(this.file('smtp-password'), 'correct horse\n', { mode: 0o600 });
    const log = this.log(`smtpd-${Date.now()}`);
    const smtpd = start('/usr/bin/python3',
      [path.join(root, 'tests/stack/smtpd.py'), this.file('smtp'), String(this.mailPort ?? 0)], { log });
    if (!this.smtpd) this.stops.push(() => this.stopMail());
    this.smtpd = smtpd;
    this.mailPort = Number(await readLine(log, 'the SMTP server'));
  }

  stopMail() { return this.smtpd.stop('SIGKILL'); }

  /** Its mails so far, the oldest first: {to, head, subject, text}. */
  mails() {
    const decode = (text) => Buffer.from(text, 'base64').toString();
    const count = fs.readdirSync(this.file('smtp')).filter((name) => name.endsWith('.eml')).length;
    return Array.from({ length: count }, (_, i) => {
      const mail = fs.readFileSync(this.file('smtp', `${i + 1}.eml`), 'utf8');
      const to = mail.slice(0, mail.indexOf('\n'));
      const [head, body] = mail.slice(to.length + 1).split('\r\n\r\n');
      const words = /^Subject: ((?:.|\r\n )*)$/m.exec(head)[1];
      const subject = [...words.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)].map((word) => decode(word[1])).join('');
      return { to, head, subject, text: decode(body) };
    });
  }

  get mailSettings() {
    return this.mailPort === undefined ? '' : `
[mail]
server = 127.0.0.1:${this.mailPort}
ca_file = ${this.file('smtp', 'cert.pem')}
user = shikaku
password_file = ${this.file('smtp-password')}
sender = service@example.jp
operators = kanri@example.jp, tantou@example.jp
timeout_ms = 2000

[alarms]
failures_per_minute = 5
`;
  }

  async startStore() {
    if (this.store === 'sqlite') {
      this.storeTarget = this.file('shikaku.db');
      return;
    }
    const log = this.log('postgres');
    const process = start(path.join(root, 'tools/postgres-test.sh'),
      ['sh', '-c', 'echo "$SHIKAKU_TEST_POSTGRES"; exec sleep infinity'], { log });
    this.stops.push(() => process.stop());
    this.storeTarget = await waitFor('PostgreSQL', () =>
      fs.readFileSync(log, 'utf8').split('\n').find((line) => line.includes('host=')), { timeout_ms: 60000 });
  }

  settings() {
    return `[service]
listen = 127.0.0.1:${this.port}
origin = ${this.url}
certificate = ${this.file('pki', 'server.pem')}
certificate_key = ${this.file('pki', 'server.key')}
state_dir = ${this.file('state')}
environment = test
wire_profile = ${this.profile ?? ''}

[store]
engine = ${this.store}
target = ${this.storeTarget}

[keys]
dir = ${this.file('keys')}

[anchors]
dir = ${this.file('pki', 'anchors')}

[revocation]
ocsp_url = http://127.0.0.1:${this.ocspPort}/
timeout_ms = 10000

[limits]
${Object.entries(this.limits).map(([key, value]) => `${key} = ${value}\n`).join('')}${this.mailSettings}
${this.more}`;
  }

  async startService() {
    this.port ??= this.fixedPort ?? await freePort();
    this.settingsFile = this.file('shikakud.ini');
    fs.mkdirSync(this.file('state'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(this.settingsFile, this.settings(), { mode: 0o600 });
    await this.admin(['init']);
    await this.restartService();
  }

  /** With other limits or sections than before: the settings anew, the service anew. */
  async reconfigure() {
    fs.writeFileSync(this.settingsFile, this.settings(), { mode: 0o600 });
    await this.restartService();
  }

  async restartService() {
    await this.service?.stop('SIGQUIT');
    const service = start(program('server/shikakud'), ['--config', this.settingsFile], { log: this.log('shikakud') });
    if (!this.service) this.stops.push(() => this.service.stop('SIGQUIT'));
    this.service = service;
    let last = '';
    await waitFor(`shikakud on ${this.url} (${this.log('shikakud')})`, async () => {
      if (service.child.exitCode !== null) {
        throw new StepError(`shikakud ended with ${service.child.exitCode}: ${fs.readFileSync(service.log, 'utf8')}`);
      }
      last = await this.call(...this.spelling.route('GET', '/v1/health')).then((r) => r.status, (e) => e.code);
      return last === 200;
    });
  }

  async startPcsc() {
    const { stdout } = await run(path.join(root, 'tools/pcscd.sh'), ['start', this.file('pcsc')], { expect: 0 });
    this.stops.push(() => run(path.join(root, 'tools/pcscd.sh'), ['stop', this.file('pcsc')]));
    this.pcscSocket = stdout.trim().split('\n').at(-1);
  }

  /** Put a card into the reader; null takes it out. */
  async insert(name) {
    await run(path.join(root, 'tools/pcscd.sh'), ['card', this.file('pcsc'), name === null ? '-' : this.card(name)],
      { expect: 0, env: { SHIKAKU_BUILD: process.env.SHIKAKU_BUILD ?? 'build/debug' } });
  }

  async start() {
    await this.startPki();
    await this.startOcsp();
    await this.startStore();
    await this.startService();
    await this.startPcsc();
  }

  async stop() {
    for (const undo of this.stops.splice(0).reverse()) await undo();
  }

  /** A request as raw as wanted; headers and body as given. */
  call(method, target, { headers = {}, body, tls } = {}) {
    return exchange({ port: this.port, ca: this.ca, method, path: target, headers, body, tls });
  }

  /** A JSON request, spelt as the stack's profile says; token is a bearer token. */
  async json(method, target, value, { token, headers = {} } = {}) {
    const body = value === undefined ? undefined : Buffer.from(JSON.stringify(this.spelling.request(value)));
    const reply = await this.call(...this.spelling.route(method, target), {
      body,
      headers: {
        ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    const read = reply.json;
    return { ...reply, json: () => this.spelling.reply(reply.status, read()) };
  }

  /** shikaku-admin, as the stack's own operator; gives its lines of JSON. */
  async admin(args, options = {}) {
    const { stdout } = await run(program('server/admin/shikaku-admin'),
      ['--config', this.settingsFile, '--operator', OPERATOR.name, '--reason', '試験',
        '--operator-password-fd', '0', '--new-password-fd', '0', ...args],
      { input: `${OPERATOR.password}\n`, expect: 0, ...options });
    return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  get profileArgs() { return this.profile ? ['--wire-profile', this.profile] : []; }

  /** The `shikaku` command with the session of `name`. */
  shikaku(name, args, options = {}) {
    return run(program('cli/shikaku'),
      ['--service', this.url, '--ca', this.caFile, ...this.profileArgs, '--session', this.file(`${name}.session`), ...args], options);
  }

  reader(args, { state = 'reader', ...options } = {}) {
    return run(program('reader/shikaku-reader'),
      ['--service', this.url, '--ca', this.caFile, ...this.profileArgs, '--state', this.file(state), ...args],
      { env: { PCSCLITE_CSOCK_NAME: this.pcscSocket }, ...options });
  }

  /** With a staff member's password before what else is read: for the commands that open charts. */
  workstation(args, { state = 'workstation', password, input = '', ...options } = {}) {
    return run(program('workstation/shikaku-workstation'),
      ['--ca', this.caFile, ...this.profileArgs, '--home', this.file(state), ...args],
      { input: password ? `${password}\n${input}` : input, ...options });
  }
}
