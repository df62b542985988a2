// SPDX-License-Identifier: Apache-2.0
// バックアップ and 保存期間: where copies go and how old the newest is; how long what was received is kept.
import { announce, el, fill } from '/common/dom.js';
import { confirm } from '/common/dialog.js';
import { field, form } from '/common/fields.js';
import { countText, dayText, japan } from '/common/format.js';
import { call } from '../api.js';
import { keepMark, keepWhy, madeText, onKeep } from '../keep.js';
import { instantText } from '../session.js';
import { button, formPlace, quit } from './settings_parts.js';

let here = null;
const YEARS = 5;

function folderForm(state, done) {
  const fields = [
    field({ name: 'folder', label: 'バックアップを入れるフォルダー', required: true, value: state.folder,
      hint: '外付けディスクや共有フォルダーの場所を、/ から入れます。例: /media/uketsuke/USBDISK/backup。別のPCのバックアップとは分けてください。' }),
    field({ name: 'keep', label: '残しておく数', type: 'digits', required: true, size: 6, value: String(state.keep ?? 30), hint: '古いものから消します。30なら、毎日でおよそ1か月分です。' }),
  ];
  return form({ fields, buttons: state.folder ? [quit(here.place)] : [], submit: { text: 'この場所にする', run: async ({ folder, keep }) => {
    const now = await call('keep_set', { folder, keep: Number(keep.normalize('NFKC')) || 0 });
    draw(now);
    done('バックアップの場所を決めました');
    await keepNow();
  } } });
}

async function keepNow() {
  const mine = here;
  fill(mine.working, el('p', { role: 'status' }, 'バックアップしています。終わるまで、ほかの画面を使えます…'));
  try {
    draw(await call('keep_now'));
    announce('バックアップしました');
  } finally {
    fill(mine.working);
    if (here === mine) draw(await call('keep'));
  }
}

const facts = (rows) => el('dl', { class: 'facts' }, rows.filter(Boolean).map(([word, text]) => [el('dt', {}, word), el('dd', {}, text)]));

function backupCard(state) {
  const { app, place } = here;
  const change = () => place.open('バックアップの場所', (done) => folderForm(state, done));
  if (!state.folder) {
    return [el('p', {}, keepMark(state)), el('p', {}, 'PCが壊れると、カルテがなくなります。外付けディスクか共有フォルダーを決めると、毎日1回、自動でバックアップします。'),
      el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'primary', onclick: change }, '場所を決める'))];
  }
  const why = state.state === 'failed' ? keepWhy(state) : null;
  return [el('p', {}, keepMark(state)), why && el('div', { class: 'box error', role: 'alert' }, el('p', {}, why), el('p', {}, 'つながりしだい、10分ごとに自動でやり直します。')),
    facts([['いちばん新しいもの', madeText(state)], ['場所', el('bdi', {}, state.folder)], ['残しておく数', `${state.keep}個`],
      state.tried_ms && state.state === 'failed' && ['最後に試した時刻', instantText(state.tried_ms)]]),
    el('p', { class: 'hint' }, '毎日1回、自動で作ります。このPCのすべての施設が入り、職員のパスワードか復旧用の紙がなければ開けません。'),
    el('div', { class: 'buttons' }, el('button', { type: 'button', class: 'primary', onclick: () => app.run(keepNow) }, '今すぐバックアップする'), button('場所を変える', change))];
}

/* --- how long things are kept --- */

/** The day before which things go, so many years ago. */
const edge = (years, now_ms) => japan(now_ms).day - years * 10000;

async function yearsSave(state, years) {
  const shorter = years < state.years && years >= 1;
  const yes = !shorter || await confirm({ title: `保存期間を${years}年に短くしますか？`, yes: '短くする', body: [
    el('p', {}, `${dayText(edge(years, state.now_ms))} より前に確認した結果と、その変更の記録が、1日のうちに消えます。元に戻せません。`),
    el('p', {}, '使っているカルテと、要判断の結果は消えません。')] });
  return yes ? call('retention_set', { years }) : null;
}

function yearsForm(state, done) {
  const fields = [field({ name: 'years', label: '保存する年数', type: 'digits', required: true, size: 4, value: String(state.years), hint: '1年から30年まで。療養費の書類は、ふつう5年です。' })];
  return form({ fields, buttons: [quit(here.place)], submit: { text: 'この年数にする', run: async ({ years }) => {
    const now = await yearsSave(state, Number(years.normalize('NFKC')) || 0);
    if (now) draw(now);
    done(now && '保存期間を変えました');
  } } });
}

const retentionCard = (state) => [
  el('p', {}, `受け取った結果と変更の記録は、${state.years}年たつと自動で消します${state.years === YEARS ? '（標準）' : ''}。使っているカルテと、要判断の結果は消しません。`),
  facts([['いま残しているもの', `${dayText(edge(state.years, state.now_ms))} からの結果`],
    ['最後に調べた日', state.purged_ms ? `${instantText(state.purged_ms)}（${countText(state.purged)}件を消しました）` : 'まだありません']]),
  el('p', { class: 'hint' }, '消すのは、サービスにつながり、このPCの日付が合っていると分かった日だけです。この施設だけの決まりです。'),
  el('div', { class: 'buttons' }, button('年数を変える', () => here.place.open('保存する年数', (done) => yearsForm(state, done)))),
];

function draw(state) {
  if (!here) return;
  fill(here.backup, backupCard(state));
  fill(here.retention, retentionCard(state));
}

export async function show(root, app, leaving) {
  const place = formPlace();
  const mine = here = { app, place, working: el('div', {}), backup: el('div', { class: 'card' }), retention: el('div', { class: 'card' }) };
  leaving(() => { here = null; });
  root.append(place.node, mine.working, mine.backup, el('h3', {}, '保存期間'), mine.retention);
  draw(await call('keep'));
  leaving(onKeep((state) => { if (place.node.hidden) draw(state); }));
}
