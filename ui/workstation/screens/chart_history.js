// SPDX-License-Identifier: Apache-2.0
// 個人画面, its lower half: insurances in time, the results with their proof, who changed what and the
// way back.
import { announce, el, name } from '/common/dom.js';
import { dayShort, dayText, japan, ratioText } from '/common/format.js';
import { ask, confirm, tell } from '/common/dialog.js';
import { call } from '../api.js';
import { besideEachOther, chartChoose, confirmWhy } from '../choose.js';
import { two } from '../results.js';
import { adviceBox, factList, fieldText, insuranceLine, methodText, momentLong, momentNear, statusMark } from './person.js';

/* --- insurances in time --- */

/** edit(order): put one right, or with 0 one more; absent where nobody may. */
export function timeline(insurances, edit) {
  const last = (one) => (one.by_hand ? `手で入れた保険です。カードではまだ確かめていません（${momentLong(one.confirmed_at)}）`
    : `最後に同じと確かめた日時 ${momentLong(one.confirmed_at)}`);
  const buttons = (one) => edit && el('div', { class: 'buttons tight no-print' },
    el('button', { type: 'button', class: 'quiet', onclick: () => edit(one.order) }, '直す'),
    !one.closed_on && el('button', { type: 'button', class: 'quiet', onclick: () => edit(one.order, 'closed_on') }, '終わりにする'));
  const rows = [...insurances].sort((a, b) => b.begins - a.begins);
  return el('section', { class: 'card' }, el('h2', {}, '保険の履歴'),
    edit && el('div', { class: 'buttons tight no-print' }, el('button', { type: 'button', onclick: () => edit(0) }, '保険を加える', el('kbd', {}, 'F6'))), rows.length
    ? el('ol', { class: 'timeline' }, rows.map((one) => el('li', { class: one.closed_on ? 'past' : 'now' },
      el('p', {}, el('strong', {}, `${dayText(one.begins)} 〜 ${one.closed_on ? dayText(one.closed_on) : 'いま'}`), !one.closed_on && el('span', { class: 'mark success' }, '✓ 使っている保険')),
      el('p', {}, insuranceLine(one), ` ${one.relation ?? ''}`, one.ratio && `　割合 ${ratioText(one.ratio)}`), el('p', { class: 'hint' }, last(one)), buttons(one))))
    : el('p', { class: 'hint' }, '保険はまだありません。'));
}

/* --- its results --- */

/** Easier to read; copied is what came, byte for byte. */
function indented(raw) {
  try { return JSON.stringify(JSON.parse(raw), null, 1); } catch { return raw; }
}

/** Whether it is still what the service signed; and if not, why nobody can say so. */
const proofBox = (proof) => (proof.proven
  ? el('div', { class: 'box success' }, el('h3', {}, `✓ ${proof.title}`),
    el('p', {}, `この内容は、サービスが ${momentLong(proof.issued_at)} にこの施設へ出したままです。書き換えられていません。`),
    el('p', { class: 'hint' }, `方法 ${methodText(proof.method)}　担当 ${proof.staff}　鍵 ${proof.kid}`))
  : el('div', { class: 'box error' }, el('h3', {}, `✕ ${proof.title}`), el('p', {}, proof.action)));

async function resultShow(id, app) {
  const answer = await call('result', { id });
  const copy = el('button', { type: 'button', onclick: () => app.run(async () => { await app.copy(answer.raw); announce('写しました'); }) }, '元のデータを写す');
  await ask({ wide: true, title: `確認の結果　${momentLong(answer.result.confirmed_at)}`, body: [
    proofBox(answer.proof), adviceBox(answer.result), answer.qualifications.map((facts, i) => [answer.qualifications.length > 1 && el('h3', {}, `資格 ${i + 1}`), factList(facts)]),
    el('details', {}, el('summary', {}, '元のデータ（サービスから届いたまま）'), el('pre', { tabindex: '0' }, indented(answer.raw)), copy),
    answer.entry && el('details', {}, el('summary', {}, '証明（サービスの署名つき、届いたまま）'),
      el('p', {}, 'この結果がサービスのもので、書き換えられていないことを示す署名です。返戻などで示すときに使います。'), el('pre', { tabindex: '0' }, answer.entry)),
  ], buttons: [{ text: '閉じる', value: true, primary: true }] });
}

/** A result goes out of this chart: to wait for a decision, or into another one. */
function moves(chart, app) {
  const inexact = () => tell({ title: '外しました', body: [el('p', {}, 'この結果のあとにもカルテが変わっています。氏名・住所・割合が正しいか、確かめてください。')] });
  async function unlink(one) {
    const said = await confirmWhy({ title: 'この結果を、このカルテから外しますか', yes: '外す',
      body: [el('p', {}, `${momentLong(one.confirmed_at)}の結果です。外すと「要判断」に戻り、どなたの結果かを選び直せます。`)] });
    if (!said) return;
    const { exact } = await call('result_unlink', { id: one.id, ...said });
    if (!exact) await inexact();
    app.go('decide', one.id);
  }
  async function relink(one) {
    const row = await chartChoose({ title: 'この結果は、どなたのものですか', except: chart.number,
      lead: el('p', {}, `${momentLong(one.confirmed_at)}　`, name(one.name), '　', name(one.kana)) });
    if (!row) return;
    const { chart: other } = await call('chart', { number: row.number });
    const said = await confirmWhy({ title: `カルテ ${other.number} の結果にしますか`, yes: 'はい、このカルテの結果にする',
      body: [besideEachOther({ ...one, title: 'この結果' }, { ...other, title: `カルテ ${other.number}` })] });
    if (!said) return;
    const { exact } = await call('result_relink', { id: one.id, chart: other.number, ...said });
    if (!exact) await inexact();
    app.go('chart', other.number, one.id);
  }
  return { unlink, relink };
}

export function checks(answer, app) {
  const { chart, results } = answer;
  const { unlink, relink } = moves(chart, app);
  const people = new Map((app.state?.people ?? []).map((one) => [one.id, one.name]));
  const buttons = (one) => el('div', { class: 'buttons tight' },
    el('button', { type: 'button', onclick: () => app.run(() => resultShow(one.id, app)) }, '元のデータと証明'),
    chart.state === 'live' && el('button', { type: 'button', class: 'quiet', onclick: () => app.run(() => relink(one)) }, '別のカルテへ'),
    chart.state === 'live' && el('button', { type: 'button', class: 'quiet', onclick: () => app.run(() => unlink(one)) }, 'カルテから外す'));
  const cells = (one) => [statusMark(one.status), momentNear(one.confirmed_at), two(methodText(one.method), name(people.get(one.staff) ?? one.staff)),
    one.validity_word ?? '', name(one.insurer_name), ratioText(one.ratio)];
  return el('section', { class: 'card' }, el('h2', {}, `確認の記録（${results.length}件）`), results.length
    ? el('div', { class: 'table-scroll' }, el('table', { 'aria-label': '確認の記録' },
      el('thead', {}, el('tr', {}, ['状態', '確認日時', '方法・担当', '有効性', '保険者', '割合'].map((text) => el('th', { scope: 'col' }, text)),
        el('th', { scope: 'col', class: 'no-print' }, 'この結果で'))),
      el('tbody', {}, [...results].reverse().map((one) => el('tr', {}, cells(one).map((cell) => el('td', {}, cell)), el('td', { class: 'no-print' }, buttons(one)))))))
    : el('p', { class: 'hint' }, 'まだありません。'));
}

/* --- who changed what --- */

const KINDS = { new: '新しいカルテを作った', link: '結果を反映した', unlink: '結果を外した', edit: '書き直した', insure: '保険を書いた', number: '照会番号が変わった', take: '違いについて決めた',
  merge: 'カルテをまとめた', put_away: 'しまった・戻した', undo: '元に戻した' };
const LABELS = { name: '氏名', kana: 'カナ', birth: '生年月日', sex: '性別', post: '郵便番号', address: '住所', telephone: '電話', ratio: '割合', notes: 'メモ',
  first_visit: '初めて来た日', limit_class: '限度額', limit_from: '限度額の始まり', limit_to: '限度額の終わり', state: '状態' };

/** What is other after than before, in a few words. */
function changeText(change, number, codes) {
  const of = (picture) => picture.charts?.find((one) => one.number === number) ?? {};
  const [before, after] = [of(change.before), of(change.after)];
  const text = (key, one) => fieldText(key, String(one[key] ?? ''), codes[key]?.[one[key]]) || '（なし）';
  const parts = Object.keys(LABELS).filter((key) => before.number && (before[key] ?? '') !== (after[key] ?? '') && key !== 'state')
    .map((key) => `${LABELS[key]} ${text(key, before)} → ${text(key, after)}`);
  const count = (picture, list) => (picture[list] ?? []).filter((one) => (one.chart ?? number) === number).length;
  if (JSON.stringify(change.before.insurances) !== JSON.stringify(change.after.insurances)) parts.push(count(change.after, 'insurances') === count(change.before, 'insurances') ? '保険の確認日' : '保険の履歴');
  if (JSON.stringify(change.before.expenses) !== JSON.stringify(change.after.expenses)) parts.push('公費');
  if (JSON.stringify(change.before.aliases) !== JSON.stringify(change.after.aliases)) parts.push('書き方');
  return parts.join('、');
}

export function changes(answer, app, again) {
  const { chart, changes: list } = answer;
  const people = new Map((app.state?.people ?? []).map((one) => [one.id, one.name]));
  const undo = (change) => () => app.run(async () => {
    const what = changeText(change, chart.number, answer.codes);
    if (!await confirm({ title: 'この変更を元に戻しますか', yes: '元に戻す', body: [el('p', {}, KINDS[change.kind] ?? change.kind, what && `（${what}）`)] })) return;
    await call('chart_undo', { change: change.no });
    await again();
  });
  return el('section', { class: 'card no-print' }, el('h2', {}, '変更の記録'), list.length
    ? el('ol', { class: 'plain changes' }, list.map((change) => {
      const at = japan(change.at_ms);
      const who = change.staff === '' ? '自動' : people.get(change.staff) ?? change.staff;
      return el('li', { class: change.undone_by ? 'undone' : '' }, el('span', { class: 'when' }, `${dayShort(at.day)} ${at.time}　`, name(who)),
        el('span', { class: 'what' }, KINDS[change.kind] ?? change.kind, el('small', { class: 'hint' }, name(changeText(change, chart.number, answer.codes)), change.why && [' 理由: ', name(change.why)])),
        change.undone_by ? el('span', { class: 'mark plain' }, '元に戻しました') : el('button', { type: 'button', onclick: undo(change), 'aria-label': `${KINDS[change.kind] ?? change.kind}を元に戻す` }, '元に戻す'));
    })) : el('p', { class: 'hint' }, 'まだありません。'));
}
