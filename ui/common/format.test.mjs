// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ageOn, countText, dayIso, dayIsValid, dayParse, dayShort, dayText, dayWareki, fold, japan, momentText, ratioText,
} from './format.js';

test('a day is shown in both calendars', () => {
  assert.equal(dayText(20250401), '令和7年4月1日 (2025-04-01)');
  assert.equal(dayText('20250401'), '令和7年4月1日 (2025-04-01)');
  assert.equal(dayWareki(20190501), '令和元年5月1日');
  assert.equal(dayWareki(20190430), '平成31年4月30日');
  assert.equal(dayWareki(19890107), '昭和64年1月7日');
  assert.equal(dayWareki(19261224), '大正15年12月24日');
  assert.equal(dayWareki(19120729), '明治45年7月29日');
  assert.equal(dayIso(20250401), '2025-04-01');
  assert.equal(dayShort(19800302), '昭55.3.2');
});

test('what is no day is shown as it came, and nothing as nothing', () => {
  assert.equal(dayText('99999999'), '99999999');
  assert.equal(dayText('unknown'), 'unknown');
  for (const nothing of ['', 0, null, undefined]) assert.equal(dayText(nothing), '');
  assert.equal(dayShort('x'), 'x');
});

test('a day is typed in any of the usual ways', () => {
  const ways = [
    'R7.4.1', 'r7.4.1', 'R07.04.01', 'R7/4/1', 'R7-4-1', 'R070401', '令和7年4月1日', '令7.4.1', '令7年4月1日', '令和７年４月１日',
    '20250401', '2025/4/1', '2025-04-01', '2025.4.1', '2025年4月1日', '２０２５０４０１', 'Ｒ７．４．１', '２０２５／４／１',
    ' R7.4.1 ', 'R 7. 4. 1', '5070401', 'R7。4。1', '2025ー4ー1', '2025−4−1',
  ];
  for (const way of ways) assert.equal(dayParse(way), 20250401, way);
  assert.equal(dayParse(dayText(20250401)), 20250401);
  assert.equal(dayParse('令和元年5月1日'), 20190501);
  assert.equal(dayParse('R元.5.1'), 20190501);
  assert.equal(dayParse('S55.3.2'), 19800302);
  assert.equal(dayParse('昭和55年3月2日'), 19800302);
  assert.equal(dayParse('3550302'), 19800302);
  assert.equal(dayParse('T15.12.24'), 19261224);
  assert.equal(dayParse('M45.7.29'), 19120729);
  assert.equal(dayParse('2024/2/29'), 20240229);
});

test('a slip of the pen is no day', () => {
  const slips = [
    '', 'x', '7.4.1', '2025', '202504', '2025041', '20250431', '2025/13/1', '2025/0/1', '2025/2/29', 'R0.4.1', 'X7.4.1',
    'S64.1.8', 'H31.5.1', 'R1.4.30', 'R元.4.1', 'T15.12.25', '6070401', '0070401', '20250401x', 'R7.4', '1867/12/31',
    '2025/4/1/1', '--', 'R7..1', '令和年4月1日', '22000101',
  ];
  for (const slip of slips) assert.equal(dayParse(slip), null, slip);
});

test('what is shown can be typed again', () => {
  for (const day of [18680125, 19120730, 19261225, 19890108, 20190430, 20190501, 20240229, 20991231]) {
    assert.equal(dayParse(dayWareki(day)), day);
    assert.equal(dayParse(dayIso(day)), day);
    assert.ok(dayIsValid(day));
  }
});

test('every day since the first 令和 survives both ways', () => {
  for (let at = Date.UTC(2019, 4, 1); at < Date.UTC(2027, 0, 1); at += 86400000) {
    const { day } = japan(at);
    assert.equal(dayParse(dayWareki(day)), day);
  }
});

test('an age turns on the birthday', () => {
  assert.equal(ageOn(19800302, 20260301), 45);
  assert.equal(ageOn(19800302, 20260302), 46);
  assert.equal(ageOn(20000229, 20250228), 24);
  assert.equal(ageOn(20000229, 20250301), 25);
});

test('a moment is as short as it may be', () => {
  assert.equal(momentText('20261122103045', 20261122), '10:30');
  assert.equal(momentText('20261121103045', 20261122), '11/21 10:30');
  assert.equal(momentText('20251121103045', 20261122), '2025/11/21 10:30');
  assert.equal(momentText('soon', 20261122), 'soon');
  assert.equal(momentText(undefined, 20261122), '');
});

test('the day in Japan is asked for, wherever the PC is', () => {
  assert.deepEqual(japan(Date.UTC(2026, 10, 22, 14, 59)), { day: 20261122, time: '23:59' });
  assert.deepEqual(japan(Date.UTC(2026, 10, 22, 15, 0)), { day: 20261123, time: '00:00' });
});

test('widths are folded for comparison', () => {
  assert.equal(fold(' ＡＢＣ１２３ '), 'ABC123');
  assert.equal(fold('ｻｻｷ'), 'ササキ');
});

test('counts and ratios read easily', () => {
  assert.equal(countText(0), '0');
  assert.equal(countText(999), '999');
  assert.equal(countText(1234567), '1,234,567');
  assert.equal(ratioText('030'), '3割');
  assert.equal(ratioText('010'), '1割');
  assert.equal(ratioText('ZZZ'), 'ZZZ');
  assert.equal(ratioText(undefined), '');
});
