// SPDX-License-Identifier: Apache-2.0
// T86 route_inventory: the contract, the routes in the module as it is shipped, and what the running
// service was seen to answer are one list. Paths that such services tend to have beside it - debug,
// metrics, backups, other versions - are answered 404 like any other, by every method.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { program } from '../../journeys/process.mjs';
import { confOf, contract, doorOf, lastingDoorOf, METHODS, openHouse, spoiledDoor } from '../door/door.mjs';

const BESIDE = [
  '/', '/v1', '/v1/', '/v2/health', '/v0/health', '/health', '/healthz', '/livez', '/ready', '/metrics', '/v1/metrics',
  '/debug', '/v1/debug', '/debug/pprof', '/debug/vars', '/test', '/v1/test', '/admin', '/v1/admin', '/console', '/internal',
  '/v1/internal', '/server-status', '/nginx_status', '/status', '/stub_status', '/basic_status', '/e', '/e/', '/50x.html',
  '/index.html', '/robots.txt', '/favicon.ico', '/openapi.json', '/openapi.yaml', '/v1/openapi.yaml', '/swagger', '/docs',
  '/api', '/graphql', '/actuator', '/env', '/.env', '/.git/HEAD', '/.git/config', '/.well-known/security.txt', '/backup',
  '/shikaku.db', '/store.db', '/keys', '/v1/keys', '/config', '/settings', '/phpinfo.php', '/cgi-bin/', '/v1/health/',
  '/v1/Health', '/V1/health', '/v1//health', '//v1/health', '/v1/health;x', '/v1/health%00', '/v1/health%2f', '/v1/%68ealth',
  '/v1/accounts', '/v1/users', '/v1/facilities', '/v1/people', '/v1/audit', '/v1/impersonate', '/v1/reset', '/v1/sql',
];

const key = (call) => `${call.method} ${call.path}`;

/** Path texts in the module, as the loader sees them. */
function shippedPaths() {
  const bytes = fs.readFileSync(program('server/shikakud_module.so')).toString('latin1');
  return new Set(bytes.match(/(?<=\0)\/v[0-9]+(?:\/[a-z0-9_{}-]+)+(?=\0)/g));
}

/** Which calls the service says it has answered, from its log. */
const answered = (stack, from) => fs.readFileSync(stack.log('shikakud'), 'utf8').slice(from)
  .split('\n').filter((line) => / request_done /.test(line)).map((line) => /\bcall=(\S+)/.exec(line)[1]);

const logLength = (stack) => fs.readFileSync(stack.log('shikakud'), 'utf8').length;

/** Ask for every call of a contract; what differs from it. */
async function compare(stack, door, calls) {
  const from = logLength(stack);
  const wrong = [];
  for (const call of calls) {
    const reply = await door.ask(call.method, call.target);
    const problem = reply.status >= 400 ? reply.json().code : undefined;
    if (problem === 'not_found' || problem === 'method_not_allowed') wrong.push(`not served: ${key(call)}`);
  }
  const seen = new Set(answered(stack, from));
  for (const call of calls) if (!seen.has(call.operation)) wrong.push(`not seen: ${call.operation}`);
  for (const name of seen) if (!calls.some((call) => call.operation === name)) wrong.push(`not in the contract: ${name}`);
  const shipped = shippedPaths();
  const paths = new Set(calls.map((call) => call.path));
  for (const one of paths) if (!shipped.has(one)) wrong.push(`not shipped: ${one}`);
  for (const one of shipped) if (!paths.has(one)) wrong.push(`shipped: ${one}`);
  return wrong;
}

/** What answers beside the contract. */
async function beside(door) {
  const wrong = [];
  for (const target of BESIDE) {
    for (const method of METHODS) {
      const reply = await door.ask(method, target);
      const refused = reply.status === 404 || reply.status === 400 || (method === 'TRACE' && reply.status === 405);
      if (!refused) wrong.push(`${method} ${target}: ${reply.status}`);
    }
  }
  return wrong;
}

describe('T86 route_inventory', { concurrency: false }, () => {
  const calls = contract();
  let stack, door;
  before(async () => {
    stack = await openHouse();
    door = doorOf(stack);
  }, { timeout: 60000 });
  after(() => stack?.stop(), { timeout: 30000 });

  it('contract, module and what was seen are one list', async () => {
    assert.ok(calls.length >= 15);
    assert.deepEqual(await compare(stack, door, calls), []);
  });

  it('nothing answers beside it', async () => {
    const from = logLength(stack);
    assert.deepEqual(await beside(lastingDoorOf(stack)), []);
    assert.deepEqual([...new Set(answered(stack, from))], ['unknown']);
  });

  it('nginx has our two locations and no other', () => {
    const locations = new Set(confOf(stack).match(/location [^{]*/g).map((text) => text.trim()));
    assert.deepEqual([...locations].sort(), ['location /', 'location = /e']);
  });

  it('would see a call that the contract does not know (control)', async () => {
    const wrong = await compare(stack, door, calls.filter((call) => call.operation !== 'staff'));
    assert.deepEqual(wrong, ['shipped: /v1/reader/staff']);
  });

  it('would see a call that only the contract knows (control)', async () => {
    const made = { operation: 'made_up', method: 'GET', path: '/v1/made_up', target: '/v1/made_up', parameters: [] };
    assert.deepEqual(await compare(stack, door, [...calls, made]),
      ['not served: GET /v1/made_up', 'not seen: made_up', 'not in the contract: unknown', 'not shipped: /v1/made_up']);
  });

  it('would see a route of the door\'s own (control)', async () => {
    const spoiled = await spoiledDoor(stack, 'debug',
      (conf) => conf.replace(/(location \/ \{ shikaku)/, 'location /debug { return 200 "ok"; }\n\t\t$1'));
    assert.ok((await beside(lastingDoorOf(stack, spoiled.port))).some((what) => /GET \/debug: 200/.test(what)));
  });
});
