// SPDX-License-Identifier: Apache-2.0
// ./dev bench: each figure as one JSON line, with its reference measured in the same run.
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { Journey, STAFF } from '../tests/journeys/journey.mjs';
import { PeerReader } from '../tests/journeys/peer.mjs';
import { program, run } from '../tests/journeys/process.mjs';
import { Stack } from '../tests/journeys/stack.mjs';
import { compare, cpuMicroseconds, drive, workerOf } from './http.mjs';
import { startNginx } from './nginx.mjs';

const RESULTS = 100;
const CLIENT = { vendor: 'bench', product: 'bench', version: '1' };

/** A service with one facility and RESULTS results, and a receipt token. */
async function prepare(stack) {
  const journey = new Journey(stack);
  await stack.startPki();
  await stack.startOcsp();
  await stack.startStore();
  await stack.startService();
  await journey.register();
  await journey.enrol(journey.receipt);
  const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', journey.reader.login_id]);
  const peer = new PeerReader(stack);
  await peer.activate(journey.reader, code);
  await peer.login(journey.reader);
  for (let i = 0; i < RESULTS; i++) {
    const reply = await peer.check('person-1', STAFF.id);
    if (reply.status !== 200) throw new Error(`check: ${reply.status} ${reply.body}`);
  }
  const { tokens } = await journey.tokens(journey.receipt, CLIENT);
  return { stack, journey, peer, token: tokens.json().access_token, worker: workerOf(stack.service.child.pid) };
}

const query = (journey) => `from=${journey.period[1]}000000&to=${journey.period[3]}235959`;

async function httpBench(bed, name, target) {
  const { stack, token, worker } = bed;
  const headers = { Authorization: `Bearer ${token}` };
  const sample = await stack.call('GET', target, { headers });
  if (sample.status !== 200) throw new Error(`${name}: ${sample.status} ${sample.body}`);
  const bytes = sample.body.length;
  bed.nginx ??= await startNginx(stack, { replyBytes: 128, fileBytes: 1 });
  const page = name === 'count' ? '/return' : '/file';
  if (name === 'download') fs.writeFileSync(stack.file('nginx-reference', 'www', 'file'), Buffer.alloc(bytes, 'x'));
  const reference = `https://localhost:${bed.nginx.port}${page}`;
  const figures = await compare({
    name,
    ours: async () => (await drive({ url: stack.url + target, pid: worker, headers })).cpu_us,
    reference: async () => (await drive({ url: reference, pid: workerOf(bed.nginx.pid) })).cpu_us,
    referenceName: name === 'count' ? 'nginx return' : 'nginx static file, same bytes',
  });
  return { ...figures, reply_bytes: bytes };
}

/**
 * The password step: CPU of the worker for n logins over one connection, as all budgets are meant (a
 * TLS handshake is another 5 ms), against libsodium's Argon2id alone.
 */
async function loginBench({ stack, journey, worker }, n = 40) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const { facility, login_id, password } = journey.receipt;
  const body = Buffer.from(JSON.stringify({ facility_code: facility.code, login_id, password, client: CLIENT }));
  const one = () => stack.call('POST', '/v1/login', {
    body, headers: { 'content-type': 'application/json', 'content-length': body.length }, tls: { agent },
  });
  const ours = async () => {
    const before = cpuMicroseconds(worker);
    for (let i = 0; i < n; i++) {
      const reply = await one();
      if (reply.status !== 200) throw new Error(`login: ${reply.status} ${reply.body}`);
    }
    return (cpuMicroseconds(worker) - before) / n;
  };
  const reference = async () => {
    const { stdout } = await run(program('bench/argon2_reference'), [String(n)], { expect: 0 });
    return Number(stdout);
  };
  const referenceName = 'libsodium Argon2id alone, same parameters';
  return compare({ name: 'login', ours, reference, referenceName, repeats: 3 }).finally(() => agent.destroy());
}

/** One facility calls as often as it can; login too. */
const UNLIMITED = Object.fromEntries(['account', 'facility', 'address', 'login'].flatMap((whose) =>
  [[`${whose}_burst`, 10000000], [`${whose}_per_minute`, 100000000]]));

/** Durable recording: our store's transaction against the same statements on bare SQLite. */
async function recordBench() {
  const one = async (which) => Number((await run(program('bench/record_bench'), [which], { expect: 0 })).stdout);
  return compare({
    name: 'record', ours: () => one('ours'), reference: () => one('reference'),
    referenceName: 'raw SQLite, same statements, same group commit',
  });
}

/** What a tap asks of its certificate, seen for the first time or known, against the bare calls of OpenSSL. */
async function certificateBench(stack, name) {
  let n = 0;
  const suffix = name === 'certificate_cached' ? '-cached' : '';
  const one = async (which) => Number((await run(program('bench/certificate_bench'),
    [which + suffix, stack.file(`${name}-${n++}`)], { expect: 0 })).stdout);
  return compare({
    name, ours: () => one('ours'), reference: () => one('reference'),
    referenceName: suffix ? 'OpenSSL: digest and signature alone' : 'OpenSSL: reading, chain and signature alone',
  });
}

/** The proof of one result, against the bare signature. */
async function proofBench(stack) {
  let n = 0;
  const one = async (which) => Number((await run(program('bench/proof_bench'), [which, stack.file(`proof-keys-${n++}`)], { expect: 0 })).stdout);
  return compare({
    name: 'proof', ours: () => one('ours'), reference: () => one('reference'),
    referenceName: 'OpenSSL ES256 alone, context reused',
  });
}

/** A row written into a sealed store, and one found there, against a store in clear. */
async function sealedBench(work) {
  const one = async (how) => Number((await run(program('bench/sealed_bench'), [work, how], { expect: 0 })).stdout);
  return compare({
    name: `sealed ${work}`, ours: () => one('sealed'), reference: () => one('clear'),
    referenceName: 'the same store in clear', repeats: 3,
  });
}

/** A desk with 50,000 charts: 10,000 results taken in, the lists as its page asks for them. */
async function workstationBench() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'station-bench-'));
  try {
    const { stdout } = await run(program('bench/station_bench'), [folder], { expect: 0 });
    const [imported, cpu, list, search, month, rss, patients] = stdout.trim().split(' ').map(Number);
    const line = (name, value, budget) => ({ bench: `workstation ${name}`, value, unit: 'ms', budget_ms: budget, max_rss_kib: rss });
    return [line('patient list', patients), { ...line('import', imported, 5000), cpu_ms: cpu }, line('list', list, 100), line('search', search, 100), line('month', month)];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const ALONE = ['workstation', 'record', 'proof', 'sealed', 'certificate'];

async function main(names) {
  const wanted = names.length ? names : ['count', 'download', 'login', 'record', 'proof', 'sealed', 'certificate', 'workstation'];
  const stack = new Stack({ limits: UNLIMITED });
  try {
    const bed = wanted.some((name) => !ALONE.includes(name)) ? await prepare(stack) : undefined;
    for (const name of wanted) {
      let line;
      if (name === 'count') line = await httpBench(bed, name, `/v1/results/count?${query(bed.journey)}`);
      else if (name === 'download') line = await httpBench(bed, name, `/v1/results?${query(bed.journey)}&limit=${RESULTS}`);
      else if (name === 'login') line = await loginBench(bed);
      else if (name === 'record') line = await recordBench();
      else if (name === 'proof') line = await proofBench(stack);
      else if (name === 'sealed') {
        console.log(JSON.stringify(await sealedBench('insert')));
        line = await sealedBench('select');
      } else if (name === 'certificate') {
        console.log(JSON.stringify(await certificateBench(stack, 'certificate')));
        line = await certificateBench(stack, 'certificate_cached');
      } else if (name === 'workstation') {
        const lines = await workstationBench();
        line = lines.pop();
        for (const one of lines) console.log(JSON.stringify(one));
      } else throw new Error(`no bench '${name}': count, download, login, record, proof, sealed, certificate, workstation`);
      console.log(JSON.stringify(line));
    }
  } finally {
    await stack.stop();
  }
}

await main(process.argv.slice(2));
