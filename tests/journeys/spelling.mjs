// SPDX-License-Identifier: Apache-2.0
// A wire profile as seen from outside: a second implementation of docs/wire-profile.md, so that the
// journey's bare calls speak another profile without help from the code under test.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';

/** [{operation, method, path}] of the contract. */
const routes = () => {
  const found = [];
  let place = '', method = '';
  for (const line of fs.readFileSync(path.join(root, 'api/openapi.yaml'), 'utf8').split('\n')) {
    place = /^ {2}(\/\S+):$/.exec(line)?.[1] ?? place;
    method = /^ {4}(get|post|put|delete):$/.exec(line)?.[1].toUpperCase() ?? method;
    const operation = /^ {6}operationId: (\w+)$/.exec(line)?.[1];
    if (operation) found.push({ operation, method, path: place });
  }
  return found;
};

const rename = (value, names) => {
  if (Array.isArray(value)) return value.map((one) => rename(one, names));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) =>
    [names[name] ?? name, rename(inner, names)]));
};

export class Spelling {
  constructor(file) {
    this.profile = file ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
    this.back = Object.fromEntries(Object.entries(this.profile.members ?? {}).map(([ours, theirs]) => [theirs, ours]));
  }

  /** The contract's method and path (without arguments), as the profile has them. */
  route(method, target) {
    const row = routes().find((route) => route.method === method && route.path === target);
    const spelt = row && this.profile.paths?.[row.operation];
    return spelt ? spelt.split(' ') : [method, target];
  }

  request(value) {
    const body = rename(value, this.profile.members ?? {});
    const envelope = this.profile.envelope?.request;
    return envelope ? { [envelope]: body } : body;
  }

  reply(status, value) {
    const envelope = this.profile.envelope?.[status < 400 ? 'reply' : 'problem'];
    return rename(envelope ? value[envelope] : value, this.back);
  }
}
