// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { linesOf } from './lines.js';

const order = ['asks', 'changed', 'new', 'linked'];
const lines = (...rows) => linesOf(rows, (row) => order.indexOf(row.status));
const row = (id, more = {}) => ({ id, at: '20261122100000', kana: 'ﾔﾏﾓﾄ ﾀﾛｳ', name: '山本　太郎', birth: '19620714', sex: '男', status: 'linked', method: 'pin', ...more });

test('a PIN and a look at the face on one day are one line, on two days two', () => {
  const [line, ...rest] = lines(row('b', { chart: 3, method: 'visual', at: '20261122110000' }), row('a', { chart: 3 }));
  assert.equal(rest.length, 0);
  assert.deepEqual(line.all.map((one) => one.method), ['visual', 'pin']);
  assert.equal(lines(row('b', { chart: 3, at: '20261123090000' }), row('a', { chart: 3 })).length, 2);
});

test('a repeat that waits for a decision stands with the one that has its chart, and is opened first', () => {
  for (const [newer, older] of [[{ status: 'asks', chart: undefined }, { chart: 3 }], [{ chart: 3 }, { status: 'asks', chart: undefined }]]) {
    const [line, ...rest] = lines(row('b', { ...newer, kana: 'ヤマモト　タロウ' }), row('a', older));
    assert.equal(rest.length, 0);
    assert.equal(line.status, 'asks');
    assert.equal(line.result, newer.status ? 'b' : 'a');
    assert.equal(line.chart, 3);
  }
});

test('two charts are two lines, however alike; and a third of nobody goes to neither', () => {
  assert.equal(lines(row('b', { chart: 4 }), row('a', { chart: 3 })).length, 2);
  assert.equal(lines(row('c', { status: 'asks' }), row('b', { chart: 4 }), row('a', { chart: 3 })).length, 2);
  assert.equal(lines(row('b', { chart: 4 }), row('a', { chart: 3 }), row('c', { status: 'asks' })).length, 3);
});

test('another birth date, sex or name is another person; a result of nobody stands alone', () => {
  for (const other of [{ birth: '19620715' }, { sex: '女' }, { kana: 'ﾔﾏﾓﾄ ｼﾞﾛｳ' }, { name: '山本　次郎' }]) assert.equal(lines(row('b', other), row('a')).length, 2);
  const nobody = { kana: undefined, name: undefined, birth: undefined };
  assert.equal(lines(row('b', nobody), row('a', nobody)).length, 2);
});

test('thousands are folded at once', () => {
  const many = Array.from({ length: 2000 }, (_, n) => row(`r${n}`, { chart: 1 + n % 1000, at: `202611${String(1 + n % 20).padStart(2, '0')}100000` }));
  const took = [1, 2, 3].map(() => { // a machine that does other things only ever adds to a time
    const from = performance.now();
    assert.equal(linesOf(many, () => 0).length, 1000);
    return performance.now() - from;
  });
  assert.ok(Math.min(...took) < 500, `${took}`);
});
