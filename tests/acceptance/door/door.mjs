// SPDX-License-Identifier: Apache-2.0
// The service behind its nginx, what api/openapi.yaml says of it, and a second nginx on the same
// store whose configuration somebody has spoiled.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { exchange } from '../../journeys/http.mjs';
import { freePort, root, run, start, StepError, waitFor } from '../../journeys/process.mjs';
import { Stack } from '../../journeys/stack.mjs';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'];
const HEX_ID = '0'.repeat(32);

/** [{operation, method, path, target, parameters, members}] of every call; members: of its body, at any depth. */
export function contract() {
  const file = path.join(root, 'api/openapi.yaml');
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3',
    ['-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))', file],
    { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new StepError(stderr);
  const api = JSON.parse(stdout);
  const resolve = (node) => (node.$ref ? resolve(node.$ref.slice(2).split('/').reduce((at, part) => at[part], api)) : node);
  return Object.entries(api.paths).flatMap(([at, item]) => Object.entries(item)
    .filter(([method]) => METHODS.includes(method.toUpperCase()))
    .map(([method, call]) => ({
      operation: call.operationId,
      method: method.toUpperCase(),
      path: at,
      target: at.replace(/\{\w+\}/g, HEX_ID),
      parameters: [...(item.parameters ?? []), ...(call.parameters ?? [])].map(resolve),
      members: membersOf(call.requestBody?.content?.['application/json']?.schema, resolve),
    })));
}

/** The names of all members that are texts or numbers, in the order of the schema. */
function membersOf(schema, resolve) {
  const names = [], left = schema ? [['', schema]] : [];
  while (left.length) {
    const [name, node] = [left[0][0], resolve(left.shift()[1])];
    if (node.properties) left.push(...Object.entries(node.properties));
    else if (node.items) left.push([name, node.items]);
    else if (name) names.push(name);
  }
  return names;
}

/** A certificate of the service's own, which stands for the cards' authority too: no card comes. */
async function makeCertificates(stack) {
  const anchors = stack.file('pki', 'anchors', 'test', 'auth');
  fs.mkdirSync(anchors, { recursive: true });
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-keyout', stack.file('pki', 'server.key'), '-out', stack.file('pki', 'server.pem'), '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost'], { expect: 0 });
  fs.copyFileSync(stack.file('pki', 'server.pem'), stack.caFile);
  fs.copyFileSync(stack.file('pki', 'server.pem'), path.join(anchors, 'root.pem'));
  fs.writeFileSync(path.join(anchors, 'policies.txt'), '1.2.392.200149.8.5.1.1.10\n');
  stack.ca = fs.readFileSync(stack.caFile);
}

/** The service without cards: enough for what the door does. limits: settings of [limits]. */
export async function openHouse(limits = {}) {
  const stack = new Stack({ limits });
  try {
    await makeCertificates(stack);
    stack.ocspPort = 9;
    await stack.startStore();
    await stack.startService();
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

export const confOf = (stack) => fs.readFileSync(stack.file('state', 'run', 'nginx.conf'), 'utf8');

/** Someone to ask: {port, ca, ask(method, target, options)}. Each asks on a connection of its own. */
export const doorOf = (stack, port = stack.port) => ({
  port,
  ca: stack.ca,
  ask: (method, target, options = {}) => exchange({ port, ca: stack.ca, method, path: target, ...options }),
});

/** The same on one connection as long as the door keeps it: for hundreds of questions. */
export function lastingDoorOf(stack, port = stack.port) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const door = doorOf(stack, port);
  return { ...door, ask: (method, target, options) => door.ask(method, target, { ...options, tls: { agent } }) };
}

/** An nginx of its own with edit(configuration). */
export async function spoiledDoor(stack, name, edit) {
  const dir = stack.file(`spoiled-${name}`);
  fs.mkdirSync(dir, { mode: 0o700 });
  const port = await freePort();
  const moved = confOf(stack).replaceAll(stack.file('state', 'run'), dir).replaceAll(`:${stack.port}`, `:${port}`);
  const conf = path.join(dir, 'nginx.conf');
  fs.writeFileSync(conf, edit(moved));
  const nginx = start('/usr/sbin/nginx', ['-p', dir, '-e', 'stderr', '-c', conf], { log: stack.log(name) });
  stack.stops.push(() => nginx.stop('SIGQUIT'));
  const door = doorOf(stack, port);
  await waitFor(`nginx (${stack.log(name)})`, () => door.ask('GET', '/v1/login').then((reply) => reply.status === 405, () => false));
  return door;
}
