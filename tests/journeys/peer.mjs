// SPDX-License-Identifier: Apache-2.0
// A second, independent reader: the wire contract spoken by Node's own crypto, with the card's key
// read from its folder. It checks our C side against another implementation, and fills stores fast.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const b64u = (bytes) => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest();

/** Each part behind its length as 8 bytes big-endian: the framing of what is signed. */
export function frame(parts) {
  return Buffer.concat(parts.flatMap((part) => {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    return [length, bytes];
  }));
}

export class PeerReader {
  constructor(stack) {
    this.stack = stack;
    const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.key = privateKey;
    const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
    this.jwk = { crv, kty, x, y };
    this.thumbprint = b64u(sha256(JSON.stringify(this.jwk)));
  }

  /** A DPoP proof (RFC 9449) for one request; claims may be overridden to make a bad one. */
  proof(method, target, claims = {}) {
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: this.jwk };
    const payload = {
      jti: crypto.randomUUID(), htm: method, htu: this.stack.url + target, iat: Math.floor(Date.now() / 1000),
      ...(this.token && { ath: b64u(sha256(this.token)) }), ...claims,
    };
    const text = `${b64u(JSON.stringify(header))}.${b64u(JSON.stringify(payload))}`;
    return `${text}.${b64u(crypto.sign('sha256', Buffer.from(text), { key: this.key, dsaEncoding: 'ieee-p1363' }))}`;
  }

  /** A JSON request with a proof over its body. */
  async proven(method, target, value, claims = {}) {
    const body = Buffer.from(JSON.stringify(value));
    return this.stack.call(method, target, {
      body,
      headers: {
        'content-type': 'application/json', 'content-length': body.length,
        dpop: this.proof(method, target, { body_sha256: b64u(sha256(body)), ...claims }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
    });
  }

  async activate(account, activation_code) {
    return this.proven('POST', '/v1/reader/activate', {
      login_id: account.login_id, password: account.password, activation_code,
      device: { name: '別実装の読取端末', platform: 'linux' },
      client: { vendor: 'peer', product: 'peer', version: '1' },
    });
  }

  async login(account) {
    this.token = undefined;
    const reply = await this.proven('POST', '/v1/reader/login', {
      login_id: account.login_id, password: account.password, client: { vendor: 'peer', product: 'peer', version: '1' },
    });
    if (reply.status === 200) this.token = reply.json().access_token;
    return reply;
  }

  nonce(staff, method = 'pin') {
    return this.stack.json('POST', '/v1/reader/nonces', { method, staff }, { token: this.token });
  }

  /** One tap; `change` may spoil the body or the proof's claims. */
  async check(card, staff, { nonce: given, body: change = {}, claims = {} } = {}) {
    const dir = this.stack.card(card);
    if (!given) {
      const asked = await this.nonce(staff);
      if (asked.status !== 200) return asked;
      given = asked.json();
    }
    const text = frame(['shikaku-check-v1', given.origin, given.nonce, 'pin', staff, this.thumbprint]);
    const body = {
      nonce: given.nonce, method: 'pin', staff,
      certificate: fs.readFileSync(path.join(dir, 'auth.der')).toString('base64'),
      signature: crypto.sign('sha256', text, fs.readFileSync(path.join(dir, 'auth.key'))).toString('base64'),
      ...change,
    };
    return this.proven('POST', '/v1/reader/checks', body, claims);
  }
}
