// SPDX-License-Identifier: Apache-2.0
// The page's calls to its own program: call(name, with) → the answer (a Blob where it is a file), or a
// problem thrown.
import { problems } from './problems.js'; // made from api/problems.yaml

/** A row of api/problems.yaml: {code, title, action, fields, request_id}. */
export class Problem extends Error {
  constructor(row) {
    super(row.code);
    Object.assign(this, { fields: [], ...row });
  }
}

/** About the program, not a facility: their answers are good whatever is shown meanwhile. */
const OF_THE_FRAME = new Set(['state', 'events', 'alive', 'lock', 'unlock', 'recover', 'setup', 'restore',
  'staff', 'staff_add', 'staff_rename', 'staff_away', 'staff_return', 'staff_password', 'recovery_renew']);

let current = null; // the facility that is shown
const watchers = new Set();

let leave = null;
let left = new Promise((resolve) => { leave = resolve; });

/** The facility whose calls these are from now on; null: none. */
export function facilitySet(code) {
  current = code;
  leave();
  left = new Promise((resolve) => { leave = resolve; });
}
/** Done when another one is chosen: for who must go on although his answer never comes. */
export const facilityLeft = () => left;
export const facility = () => current;

/** watcher(problem) hears of each problem first, e.g. of a lock. */
export const onProblem = (watcher) => watchers.add(watcher);

function refuse(row) {
  const problem = new Problem(row);
  for (const watcher of watchers) watcher(problem);
  throw problem;
}

async function answerOf(reply) {
  if (reply.ok) return reply.headers.get('content-type') === 'application/json' ? reply.json() : reply.blob();
  const id = reply.headers.get('x-request-id') ?? undefined;
  const row = await reply.json().catch(() => null);
  return refuse(row?.code ? row : { ...problems.unexpected, request_id: id });
}

/**
 * An answer that comes after another facility was chosen is nobody's: it never settles. of: about
 * this facility, whichever is shown; it is answered in any case.
 */
export async function call(name, body = {}, { signal, of } = {}) {
  const asked = OF_THE_FRAME.has(name) ? null : of ?? current;
  let reply;
  try {
    reply = await fetch(`/api/${name}`, {
      method: 'POST', signal, headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked === null ? { with: body } : { facility: asked, with: body }),
    });
  } catch (fault) {
    if (fault.name === 'AbortError') throw fault;
    return refuse(problems.desk_unreachable);
  }
  const answer = await answerOf(reply);
  return asked === null || of || asked === current ? answer : new Promise(() => {});
}
