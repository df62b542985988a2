// SPDX-License-Identifier: Apache-2.0
// The proof of a result, on both engines: Node's own crypto verifies it from the wire alone, the
// command verifies it offline, and what was changed, forged or signed by others is refused by both.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { FACILITY, Journey, STAFF } from './journey.mjs';
import { PeerReader } from './peer.mjs';
import { program, run, waitFor } from './process.mjs';
import { Stack } from './stack.mjs';

const b64u = (bytes) => Buffer.from(bytes).toString('base64url');

/** The bytes of "result" in a line, as they came: JSON.parse would lose them. */
const rawResult = (line) => line.slice(line.indexOf('"result":') + '"result":'.length, -1);

/** RFC 7515 appendix F by another hand. Gives the header, or throws. */
function verify(jwks, raw, proof) {
  const [head, payload, signature] = proof.split('.');
  assert.equal(payload, '');
  const header = JSON.parse(Buffer.from(head, 'base64url'));
  assert.equal(header.alg, 'ES256');
  assert.equal(header.typ, 'shikaku-proof');
  const jwk = jwks.keys.find((one) => one.kid === header.kid);
  assert.ok(jwk, 'a known key');
  const key = crypto.createPublicKey({ key: jwk, format: 'jwk' });
  const text = Buffer.from(`${head}.${b64u(raw)}`);
  assert.ok(crypto.verify('sha256', text, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')), 'the signature fits');
  return header;
}

function sign(key, header, raw) {
  const head = b64u(JSON.stringify(header));
  const signature = crypto.sign('sha256', Buffer.from(`${head}.${b64u(raw)}`), { key, dsaEncoding: 'ieee-p1363' });
  return `${head}..${b64u(signature)}`;
}

for (const store of ['sqlite', 'postgres']) {
  describe(`proof on ${store}`, { concurrency: false }, () => {
    const stack = new Stack({ store });
    const journey = new Journey(stack);
    const stranger = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
    let peer, lines, jwks;

    const put = (name, text) => { fs.writeFileSync(stack.file(name), text); return stack.file(name); };
    const command = (args) => run(program('cli/shikaku'), ['--session', stack.file('none'), 'verify-proof', ...args]);
    const verifyLines = (text, args = []) => command(['--jwks', stack.file('keys.json'), put('lines', `${text}\n`), ...args]);

    before(async () => {
      await stack.startPki();
      await stack.startOcsp();
      await stack.startStore();
      await stack.startService();
      await journey.register();
      await journey.enrol(journey.receipt);
      const [{ code }] = await stack.admin(['activation', 'issue', '--login-id', journey.reader.login_id]);
      peer = new PeerReader(stack);
      assert.equal((await peer.activate(journey.reader, code)).status, 200);
      assert.equal((await peer.login(journey.reader)).status, 200);
    }, { timeout: 120000 });
    after(() => stack.stop(), { timeout: 60000 });

    it('stands beside each result, at the reader and in the download', async () => {
      const checked = [];
      for (const card of ['person-1', 'person-2', 'person-1']) {
        const reply = await peer.check(card, STAFF.id);
        assert.equal(reply.status, 200, reply.body.toString());
        checked.push(reply.json());
      }
      await journey.login(journey.receipt);
      const { stdout } = await stack.shikaku(journey.receipt.login_id, ['download', ...journey.period], { expect: 0 });
      lines = stdout.trim().split('\n');
      assert.deepEqual(lines.map((line) => JSON.parse(line).proof), checked.map((one) => one.proof));
    });

    it('is verified by another implementation, from the public keys alone', async () => {
      const reply = await stack.json('GET', '/v1/jwks');
      assert.equal(reply.status, 200);
      assert.equal(reply.headers['cache-control'], 'public, max-age=3600');
      jwks = reply.json();
      assert.deepEqual(JSON.parse(fs.readFileSync(stack.file('state', 'jwks.json'))), jwks);
      for (const line of lines) {
        const entry = JSON.parse(line);
        const header = verify(jwks, rawResult(line), entry.proof);
        assert.deepEqual({ ...header, iat: 0 }, { alg: 'ES256', facility: FACILITY.code, iat: 0, id: entry.id,
          kid: jwks.keys[0].kid, method: 'pin', staff: STAFF.id, typ: 'shikaku-proof' });
        assert.ok(Math.abs(header.iat - Date.now() / 1000) < 300);
        assert.throws(() => verify(jwks, rawResult(line).replace('1', '2'), entry.proof));
      }
      const again = await stack.json('GET', '/v1/jwks', undefined, { headers: { 'if-none-match': reply.headers.etag } });
      assert.equal(again.status, 304);
    });

    it('is verified by the command, offline', async () => {
      await stack.shikaku('nobody', ['jwks', '--out', stack.file('keys.json')], { expect: 0 });
      assert.deepEqual(JSON.parse(fs.readFileSync(stack.file('keys.json'))), jwks);
      const all = await verifyLines(lines.join('\n'), ['--facility', FACILITY.code]);
      assert.equal(all.code, 0, all.stderr);
      assert.equal(all.stdout.trim().split('\n').length, 3);
      assert.match(all.stdout, new RegExp(`○ ${JSON.parse(lines[0]).id} 施設 ${FACILITY.code} 担当 ${STAFF.id} PIN`));
      const one = await command(['--jwks', stack.file('keys.json'), '--proof', put('proof', `${JSON.parse(lines[0]).proof}\n`),
        put('result', rawResult(lines[0]))]);
      assert.equal(one.code, 0, one.stderr);
    });

    it('is refused where anything was changed, forged or exchanged', async () => {
      const entry = JSON.parse(lines[0]), other = JSON.parse(lines[1]);
      const [head, , signature] = entry.proof.split('.');
      const header = JSON.parse(Buffer.from(head, 'base64url'));
      const headed = (more) => b64u(JSON.stringify({ ...header, ...more }));
      const withProof = (proof) => lines[0].replace(entry.proof, proof);
      const bad = {
        'a changed name': lines[0].replace(/"Name":"[^"]+"/, '"Name":"別人"'),
        'another id beside it': lines[0].replace(`"id":"${entry.id}"`, `"id":"${other.id}"`),
        'another method beside it': lines[0].replace('"method":"pin"', '"method":"visual"'),
        'another time beside it': lines[0].replace(`"confirmed_at":"${entry.confirmed_at}"`, '"confirmed_at":"20261101000000"'),
        'the proof of another result': withProof(other.proof),
        'another facility in the header': withProof(`${headed({ facility: '2710000007' })}..${signature}`),
        'alg none': withProof(`${headed({ alg: 'none' })}..`),
        'alg none with a signature': withProof(`${headed({ alg: 'none' })}..${signature}`),
        'an HMAC by the public key': withProof(`${headed({ alg: 'HS256' })}..${b64u(crypto.createHmac('sha256', jwks.keys[0].x).update('x').digest())}`),
        'a stranger under our kid': withProof(sign(stranger.privateKey, header, rawResult(lines[0]))),
      };
      for (const [what, text] of Object.entries(bad)) {
        const told = await verifyLines(text);
        assert.equal(told.code, 6, `${what}: ${told.stdout}${told.stderr}`);
        assert.match(told.stderr, /proof_refused/, what);
        assert.match(told.stdout, /^× 1件目/, what);
      }
      const foreign = await verifyLines(lines[0], ['--facility', '2710000007']);
      assert.equal(foreign.code, 6);
      const unknown = await verifyLines(withProof(sign(stranger.privateKey, { ...header, kid: 'A'.repeat(43) }, rawResult(lines[0]))));
      assert.match(unknown.stderr, /proof_key_unknown/);
    });

    it('would be believed if the stranger\'s key were the service\'s (control)', async () => {
      const entry = JSON.parse(lines[0]);
      const header = JSON.parse(Buffer.from(entry.proof.split('.')[0], 'base64url'));
      const { x, y } = stranger.publicKey.export({ format: 'jwk' });
      const planted = { keys: [{ ...jwks.keys[0], x, y }] };
      const forged = lines[0].replace(entry.proof, sign(stranger.privateKey, header, rawResult(lines[0])));
      const told = await command(['--jwks', put('planted.json', JSON.stringify(planted)), put('forged', forged)]);
      assert.equal(told.code, 0, told.stderr);
      assert.ok(verify(planted, rawResult(forged), JSON.parse(forged).proof));
    });

    it('keeps the keys of old results when a new one signs', async () => {
      await stack.admin(['keys', 'rotate', 'proof']);
      const fresh = await waitFor('a result by the new key', async () => {
        const reply = await peer.check('person-3', STAFF.id);
        const { kid } = JSON.parse(Buffer.from(reply.json().proof.split('.')[0], 'base64url'));
        return kid === jwks.keys[0].kid ? undefined : kid;
      }, { timeout_ms: 30000 });
      const { stdout } = await stack.shikaku('nobody', ['jwks'], { expect: 0 });
      assert.deepEqual(JSON.parse(stdout).keys.map((one) => one.kid).sort(), [jwks.keys[0].kid, fresh].sort());
      const old = await command(['--jwks', put('both.json', stdout), put('old', lines.join('\n'))]);
      assert.equal(old.code, 0, old.stderr);
    });
  });
}
