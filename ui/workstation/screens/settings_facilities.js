// SPDX-License-Identifier: Apache-2.0
// 施設とアカウント: the facilities of this PC, each kept apart.
import { el, fill, mark, name } from '/common/dom.js';
import { confirm } from '/common/dialog.js';
import { field, form } from '/common/fields.js';
import { call, facility } from '../api.js';
import { button, entries, entry, formPlace, loose, quit } from './settings_parts.js';

let here = null;

const states = {
  out: ['plain', '○', 'ログインしていません'], passcode: ['warning', '▲', 'パスコード待ち'],
  password: ['warning', '▲', 'パスワードの変更が必要'], in: ['success', '●', 'ログイン中'],
};

const serviceField = (value, hint) => field({ name: 'service', label: 'サービスのアドレス', value, hint });

function addForm(done) {
  const fields = [
    field({ name: 'code', label: '医療機関等コード（または登録記号番号）', required: true, size: 20, hint: '例: 1311234569。登録記号番号は「協」「契」から入れます。' }),
    field({ name: 'name', label: '施設の名前', required: true, hint: '例: みほん鍼灸マッサージ院' }),
    serviceField(undefined, '空のままなら、いま表示している施設と同じです。'),
  ];
  const made = form({ key: 'settings/facility', fields, buttons: [quit(here.place)], submit: { text: '施設を加える', run: async ({ code, name: called, service }) => {
    await call('facility_add', service ? { code, name: called, service } : { code, name: called });
    await draw();
    done('施設を加えました。上の欄で切り替えて、ログインしてください');
  } } });
  return { ...made, intro: el('p', {}, 'カルテ・アカウント・設定は、施設ごとに別です。ほかの施設の画面には出ません。') };
}

function changeForm(one, done) {
  const fields = [
    field({ name: 'name', label: '施設の名前', required: true, value: one.name }),
    serviceField(one.service ?? '', '変えると、この施設はログアウトします。運営者から知らされたときだけ変えてください。'),
  ];
  return form({ fields, buttons: [quit(here.place)], submit: { text: '変更する', run: async ({ name: called, service }) => {
    await call('facility_change', service ? { code: one.code, name: called, service } : { code: one.code, name: called });
    await draw();
    done('変更しました');
  } } });
}

async function away(one) {
  const yes = await confirm({ title: `${one.name} をしまいますか？`, yes: 'しまう', body: [
    el('p', {}, '上の欄に出なくなり、結果も受け取らなくなります。カルテは消えません。「また使う」でいつでも戻せます。'),
    el('p', {}, 'サービスにログインしているときは、ログアウトと同じになります。')] });
  if (!yes) return;
  await call('facility_away', { code: one.code, away: true }).catch((problem) => { throw loose(problem); });
  await draw();
}

async function back(one) {
  await call('facility_away', { code: one.code, away: false });
  await draw();
}

function row(one) {
  const { app, place } = here;
  const isShown = one.code === facility();
  const what = [el('strong', {}, name(one.name)), el('small', {}, `コード ${one.code}`,
    one.login_id && [' ・ログインID ', name(one.login_id)], one.service && [' ・', name(one.service)])];
  if (one.away) return entry(what, [mark('plain', '－', 'しまってあります')], [button('また使う', () => app.run(() => back(one)), `${one.name} をまた使う`)]);
  return entry(what, [isShown && mark('new', '▶', '表示中'), mark(...states[one.phase])], [
    button('変更', () => place.open('施設の名前とアドレスを変える', (done) => changeForm(one, done)), `${one.name} の名前とアドレスを変える`),
    !isShown && button('しまう', () => app.run(() => away(one)), `${one.name} をしまう`)]);
}

async function draw() {
  const mine = here;
  const { facilities } = await call('facilities');
  if (mine && mine === here) fill(mine.list, entries(facilities.map(row)));
}

export async function show(root, app, leaving) {
  const place = formPlace();
  here = { app, place, list: el('div', {}) };
  leaving(() => { here = null; });
  root.append(el('p', {}, '柔整とあはきのように、1台のPCで2つ以上の施設を使えます。上の欄で切り替えます。'), place.node, here.list,
    el('div', { class: 'buttons' }, button('施設を加える', () => place.open('施設を加える', addForm)),
      button('ログイン・ログアウト', () => app.go('login'))));
  await draw();
}

export const refresh = (event) => (here && ['facilities', 'session', 'all'].includes(event.kind) ? draw() : undefined);
