// SPDX-License-Identifier: Apache-2.0
// How days, times and numbers are shown and typed. A day is the number yyyymmdd, as everywhere in
// the house; what people type may be in either calendar and of either width.

const ERAS = [
  { name: '令和', short: '令', letter: 'R', code: 5, from: 20190501 },
  { name: '平成', short: '平', letter: 'H', code: 4, from: 19890108 },
  { name: '昭和', short: '昭', letter: 'S', code: 3, from: 19261225 },
  { name: '大正', short: '大', letter: 'T', code: 2, from: 19120730 },
  { name: '明治', short: '明', letter: 'M', code: 1, from: 18680125 },
];

const pad = (number, digits) => String(number).padStart(digits, '0');
const split = (day) => [Math.floor(day / 10000), Math.floor(day / 100) % 100, day % 100];

/** Is there such a day, within the eras we know? */
export function dayIsValid(day) {
  const [year, month, date] = split(day);
  if (!Number.isInteger(day) || day < 18680125 || year > 2199 || month < 1 || month > 12) return false;
  return date >= 1 && date <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** 20250401 → 2025-04-01 */
export function dayIso(day) {
  const [year, month, date] = split(day);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(date, 2)}`;
}

/** 20250401 → 令和7年4月1日 */
export function dayWareki(day) {
  const [year, month, date] = split(day);
  const era = ERAS.find((one) => day >= one.from);
  const count = year - Math.floor(era.from / 10000) + 1;
  return `${era.name}${count === 1 ? '元' : count}年${month}月${date}日`;
}

/** 20250401 (or '20250401') → 令和7年4月1日 (2025-04-01); what is no day is shown as it came. */
export function dayText(day) {
  const number = typeof day === 'string' && /^\d{8}$/.test(day) ? Number(day) : day;
  if (number === undefined || number === null || number === '' || number === 0) return '';
  return dayIsValid(number) ? `${dayWareki(number)} (${dayIso(number)})` : String(day);
}

/** 19800302 → 昭55.3.2, for narrow columns. */
export function dayShort(day) {
  const number = Number(day);
  if (!dayIsValid(number)) return day ? String(day) : '';
  const [year, month, date] = split(number);
  const era = ERAS.find((one) => number >= one.from);
  return `${era.short}${year - Math.floor(era.from / 10000) + 1}.${month}.${date}`;
}

/** Full years on a day. */
export function ageOn(birth, day) {
  const [year, month, date] = split(birth);
  const [yearNow, monthNow, dateNow] = split(day);
  return yearNow - year - (monthNow * 100 + dateNow < month * 100 + date ? 1 : 0);
}

/** Either width, one spelling: for comparison, never for what is kept. */
export const fold = (text) => text.normalize('NFKC').trim();

function eraOf(word) {
  const upper = word.toUpperCase();
  return ERAS.find((era) => era.letter === upper || era.short === word || era.name === word);
}

function dayOf(year, month, date) {
  const day = Number(year) * 10000 + Number(month) * 100 + Number(date);
  return dayIsValid(day) ? day : null;
}

/** The year of an era; a day before the era began, or after the next did, is a slip of the pen. */
function dayOfEra(era, count, month, date) {
  const day = dayOf(Math.floor(era.from / 10000) + Number(count) - 1, month, date);
  const next = ERAS[ERAS.indexOf(era) - 1];
  return day !== null && day >= era.from && (!next || day < next.from) ? day : null;
}

/**
 * What somebody typed → yyyymmdd, or null: R7.4.1, 令和7年4月1日, 令7/4/1, 元年, 20250401, 2025/4/1,
 * 2025年4月1日, and 5070401 as receipts write it (era's number, then two digits each); and what
 * dayText shows, since that is what stands in a field that nobody has touched.
 */
export function dayParse(typed) {
  const text = fold(typed).replace(/\s+/g, '').replace(/\(\d{4}-\d\d-\d\d\)$/, '').replace(/[年月／。、.,・/ー−―–—]/g, '-').replace(/日$/, '');
  let match = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (match) return dayOf(match[1], match[2], match[3]);
  match = /^([1-5])(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (match) return dayOfEra(ERAS.find((era) => era.code === Number(match[1])), match[2], match[3], match[4]);
  match = /^([MTSHRmtshr]|明治?|大正?|昭和?|平成?|令和?)(元|\d{1,2})-(\d{1,2})-(\d{1,2})$/.exec(text)
    ?? /^([MTSHRmtshr]|明治?|大正?|昭和?|平成?|令和?)(\d{2})(\d{2})(\d{2})$/.exec(text);
  return match ? dayOfEra(eraOf(match[1]), match[2] === '元' ? 1 : match[2], match[3], match[4]) : null;
}

/** Milliseconds → {day, time: '10:42'} in Japan, wherever the PC thinks it is. */
export function japan(ms) {
  const at = new Date(ms + 9 * 3600 * 1000);
  return {
    day: at.getUTCFullYear() * 10000 + (at.getUTCMonth() + 1) * 100 + at.getUTCDate(),
    time: `${pad(at.getUTCHours(), 2)}:${pad(at.getUTCMinutes(), 2)}`,
  };
}

/** '20261122103045' → '10:30' today, else '11/22 10:30'; the year when it is another. */
export function momentText(digits, today) {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})/.exec(digits ?? '');
  if (!match) return digits ?? '';
  const [, year, month, date, hour, minute] = match;
  const time = `${hour}:${minute}`;
  if (Number(`${year}${month}${date}`) === today) return time;
  const near = `${Number(month)}/${Number(date)} ${time}`;
  return Number(year) === Math.floor(today / 10000) ? near : `${year}/${near}`;
}

/** 12345 → 12,345 */
export const countText = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** '030' → '3割'; what is not told stays empty. */
export function ratioText(percent) {
  const match = /^0?(\d)0$/.exec(percent ?? '');
  return match ? `${match[1]}割` : percent ?? '';
}
