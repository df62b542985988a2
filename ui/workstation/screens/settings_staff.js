// SPDX-License-Identifier: Apache-2.0
// 職員: who may open this PC's charts.
import { el, fill, mark, name } from '/common/dom.js';
import { confirm } from '/common/dialog.js';
import { field, form } from '/common/fields.js';
import { call } from '../api.js';
import { button, entries, entry, formPlace, loose, quit, refused } from './settings_parts.js';

let here = null;

const PASSWORD_HINT = '8文字以上。よくある言葉や数字の並びは使えません。サービスのパスワードとは別にしてください。';
const secret = (key, label, autocomplete, hint) => field({ name: key, label, type: 'password', required: true, autocomplete, hint });
const twice = (label) => [secret('password', label, 'new-password', PASSWORD_HINT), secret('again', `${label}（もう一度）`, 'new-password')];

function same(fields) {
  const [password, again] = fields.slice(-2).map((one) => one.input.value);
  if (password !== again) throw refused('again', '2つのパスワードが違います。');
  return password;
}

const closing = (done, words) => async () => { await draw(); done(words); };

function addForm(done) {
  const fields = [
    field({ name: 'name', label: '名前', required: true, hint: '変更の記録に残ります。例: 佐藤 花子' }),
    field({ name: 'id', label: '担当者の番号', required: true, size: 10, hint: '半角の数字か英字。サービスに登録した担当者の番号と同じにします。' }),
    ...twice('パスワード'),
  ];
  const finish = closing(done, '職員を加えました');
  return form({ key: 'settings/staff', fields, buttons: [quit(here.place)], submit: { text: '職員を加える', run: async ({ id, name: called }) => {
    await call('staff_add', { id, name: called, password: same(fields) });
    await finish();
  } } });
}

function renameForm(one, done) {
  const fields = [field({ name: 'name', label: '名前', required: true, value: one.name })];
  const finish = closing(done, '名前を変えました');
  return form({ fields, buttons: [quit(here.place)], submit: { text: '変更する', run: async ({ name: called }) => {
    await call('staff_rename', { id: one.id, name: called });
    await finish();
  } } });
}

function ownForm(done) {
  const fields = [secret('present', 'いまのパスワード', 'current-password'), ...twice('新しいパスワード')];
  const finish = closing(done, 'パスワードを変えました');
  return form({ fields, buttons: [quit(here.place)], submit: { text: 'パスワードを変える', run: async () => {
    await call('staff_password', { present: fields[0].input.value, password: same(fields) });
    await finish();
  } } });
}

function returnForm(one, done) {
  const fields = twice('新しいパスワード');
  const finish = closing(done, '休止をやめました');
  const made = form({ fields, buttons: [quit(here.place)], submit: { text: '休止をやめる', run: async () => {
    await call('staff_return', { id: one.id, password: same(fields) });
    await finish();
  } } });
  return { ...made, intro: el('p', {}, name(one.name), ' さん本人に、新しいパスワードを入れてもらってください。前のパスワードでは開けません。') };
}

async function away(one) {
  const yes = await confirm({ title: `${one.name} さんを休止しますか？`, yes: '休止する', body: [
    el('p', {}, 'この人のパスワードでは、すぐに開けなくなります。名前は、これまでの記録に残ります。')] });
  if (!yes) return;
  await call('staff_away', { id: one.id }).catch((problem) => { throw loose(problem); });
  await draw();
}

function row(one) {
  const { app, place } = here;
  const isMe = one.id === app.state.staff;
  const what = [el('strong', {}, name(one.name)), el('small', {}, `番号 ${one.id}`)];
  if (one.away) return entry(what, [mark('plain', '－', '休止中')], [button('休止をやめる', () => place.open('休止をやめる', (done) => returnForm(one, done)), `${one.name} さんの休止をやめる`)]);
  return entry(what, [isMe && mark('new', '▶', 'いま開いている人')], [
    button('名前を変える', () => place.open('名前を変える', (done) => renameForm(one, done)), `${one.name} さんの名前を変える`),
    isMe ? button('パスワードを変える', () => place.open('自分のパスワードを変える', ownForm))
      : button('休止する', () => app.run(() => away(one)), `${one.name} さんを休止する`)]);
}

async function draw() {
  const mine = here;
  const { people } = await call('staff');
  if (mine && mine === here) fill(mine.list, entries(people.map(row)));
}

export async function show(root, app, leaving) {
  const place = formPlace();
  here = { app, place, list: el('div', {}) };
  leaving(() => { here = null; });
  root.append(el('p', {}, '画面ロックを解ける人です。自分の名前で開くと、だれが・いつ・何を変えたかが残ります。'), place.node, here.list,
    el('div', { class: 'buttons' }, button('職員を加える', () => place.open('職員を加える', addForm))),
    el('p', { class: 'hint' }, 'パスワードを忘れた人は、画面ロックの「パスワードを忘れたとき」から、復旧用の紙で新しくできます。'));
  await draw();
}

export const refresh = (event) => (here && ['staff', 'all'].includes(event.kind) ? draw() : undefined);
