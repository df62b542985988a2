// SPDX-License-Identifier: Apache-2.0
// The first start, step by step: the facility, who works there, a sheet to keep.
import { el, fill, name } from '/common/dom.js';
import { field, form } from '/common/fields.js';
import { call } from '../api.js';
import { recoverySheet } from './sheet.js';

export const title = 'はじめの設定';

const STEPS = ['施設', '担当者', '復旧用の紙', 'はじめる'];
const given = {};

const steps = (at) => el('ol', { class: 'steps' }, STEPS.map((text, i) =>
  el('li', { 'aria-current': i === at ? 'step' : null, class: i < at ? 'past' : '' }, `${i + 1} ${text}`)));

function page(root, at, ...content) {
  const heading = el('h1', { tabindex: '-1' }, title);
  fill(root, el('div', { class: 'card' }, heading, steps(at), content));
  (root.querySelector('input') ?? heading).focus();
}

function facilityStep(root, app) {
  const fields = [
    field({ name: 'facility', label: '医療機関等コード（または登録記号番号）', required: true, size: 20, value: given.facility,
      hint: '例: 1311234569。登録記号番号は「協」「契」から入れます。' }),
    field({ name: 'facility_name', label: '施設の名前', required: true, value: given.facility_name, hint: '例: みほん接骨院' }),
    field({ name: 'service', label: 'サービスのアドレス', value: given.service, hint: '運営者から知らされた https:// で始まるものです。あとから設定でも入れられます。' }),
  ];
  const made = form({ key: 'setup/facility', fields, submit: { text: '次へ', run: async (values) => {
    Object.assign(given, values);
    staffStep(root, app);
  } } });
  page(root, 0, el('p', {}, 'このPCで患者さんの情報を預かるための準備をします。4つの手順で、5分ほどで終わります。',
    '分からないときは ', el('a', { href: '/manual/#setup', target: 'shikaku-manual' }, '手引き', el('kbd', {}, 'F1')), ' をご覧ください。'), made.node,
    el('div', { class: 'aside' }, el('p', {}, '前のPCのカルテがあるときは、こちらから。'),
      el('button', { type: 'button', onclick: () => restoreStep(root, app) }, 'バックアップから戻す')));
  return made;
}

/* --- the way back, on a new PC --- */

const KEYS = [{ value: 'password', text: '担当者の番号とパスワード' }, { value: 'recovery', text: '復旧用の紙の鍵' }];

/** What opens it: one of two ways, the other's fields out of sight. */
function keyFields(by) {
  const staff = field({ name: 'staff', label: '担当者の番号', required: by === 'password', size: 10, value: '01' });
  const password = field({ name: 'password', label: '担当者のパスワード', type: 'password', required: by === 'password', autocomplete: 'current-password', hint: '前のPCの画面ロックを解いていたものです。' });
  const recovery = field({ name: 'recovery', label: '復旧キー（復旧用の紙の11組）', required: by === 'recovery', hint: '区切りの線や空白は、あってもなくてもかまいません。' });
  return by === 'password' ? [staff, password] : [recovery];
}

function restoreStep(root, app, by = 'password', typed = '') {
  const backup = field({ name: 'backup', label: 'バックアップのあるフォルダー', required: true, value: typed,
    hint: '/ から入れます。例: /media/uketsuke/USBDISK/backup。いくつもあるときは、いちばん新しいものを使います。' });
  const way = field({ name: 'way', label: '開け方', type: 'choice', options: KEYS, value: by });
  way.input.addEventListener('change', () => restoreStep(root, app, way.value(), backup.value()));
  const keys = keyFields(by);
  const made = form({ fields: [backup, way, ...keys], submit: { text: 'カルテを戻す', run: async (values) => {
    await call('restore', by === 'password' ? { backup: values.backup, staff: values.staff, password: keys[1].input.value }
      : { backup: values.backup, recovery: values.recovery });
    restoredStep(root, app);
  } }, buttons: [el('button', { type: 'button', onclick: () => facilityStep(root, app) }, '戻る')] });
  fill(root, el('div', { class: 'card' }, el('h1', { tabindex: '-1' }, 'バックアップから戻す'),
    el('p', {}, '前のPCのバックアップから、カルテ・職員・設定を、このPCに戻します。バックアップそのものは変わりません。'), made.node));
  (typed ? way.input : backup.input).focus();
}

function restoredStep(root, app) {
  const go = el('button', { type: 'button', class: 'primary', onclick: () => app.run(app.restart) }, '画面を開く');
  fill(root, el('div', { class: 'card' }, el('h1', { tabindex: '-1' }, 'カルテを戻しました'),
    el('p', {}, '前のPCと同じパスワードで開きます。サービスへは、このPCでもう一度ログインしてください。'),
    el('p', {}, '前のPCを使わなくなるときは、「設定」の「登録したPC」で登録を外してください。'), el('div', { class: 'buttons' }, go)));
  go.focus();
}

function staffStep(root, app) {
  const fields = [
    field({ name: 'staff_name', label: 'あなたの名前', required: true, hint: '変更の記録に残ります。例: 佐藤 花子' }),
    field({ name: 'staff', label: '担当者の番号', required: true, value: '01', size: 8, hint: '数字か英字。サービスに登録した担当者の番号と同じにします。' }),
    field({ name: 'password', label: 'パスワード', type: 'password', required: true, autocomplete: 'new-password',
      hint: '8文字以上。このPCの画面ロックを解くときに使います。サービスのパスワードとは別にしてください。' }),
    field({ name: 'again', label: 'パスワード（もう一度）', type: 'password', required: true, autocomplete: 'new-password' }),
  ];
  const back = el('button', { type: 'button', onclick: () => facilityStep(root, app) }, '戻る');
  const made = form({ key: 'setup/staff', fields, buttons: [back], submit: { text: '次へ', run: (values) => vaultMake(root, app, fields, values) } });
  page(root, 1, el('p', {}, '画面を開けられる人を1人登録します。ほかの人は、あとから設定で増やせます。'), made.node);
}

async function vaultMake(root, app, fields, values) {
  const [password, again] = fields.slice(-2).map((one) => one.input.value);
  if (password !== again) {
    const wrong = { title: '直していただくところがあります', fields: [{ field: 'again', text: '2つのパスワードが違います。' }] };
    throw wrong;
  }
  const { facility, facility_name, service } = given;
  const wish = { facility, facility_name, staff: values.staff, staff_name: values.staff_name, password };
  const answer = await call('setup', service ? { ...wish, service } : wish).catch((problem) => {
    if (problem.fields.some((one) => one.field in given)) facilityStep(root, app).refuse(problem);
    throw problem; // this step's draft stays
  });
  recoveryStep(root, app, answer);
}

/** Shown once: on paper it goes. */
function recoveryStep(root, app, { recovery, facility }) {
  const kept = field({ name: 'kept', label: '印刷した（または書き写した）紙を、PCとは別のところにしまいました', type: 'checkbox', required: true });
  const made = form({
    fields: [kept], submit: { text: '次へ', run: async () => doneStep(root, app) },
  });
  page(root, 2, el('p', {}, 'パスワードを忘れたときや、新しいPCに移るときは、この鍵だけが頼りです。二度と表示されません。'),
    recoverySheet(recovery, [name(given.facility_name), `（${facility}）`]),
    el('div', { class: 'buttons' }, el('button', { type: 'button', onclick: () => window.print() }, '印刷する')), made.node);
}

function doneStep(root, app) {
  const begin = (id) => async () => { await app.restart(); app.go(id); };
  page(root, 3, el('p', {}, '準備ができました。次にすることを選んでください。'), el('div', { class: 'choices' },
    el('button', { type: 'button', class: 'primary', onclick: begin('login') }, 'サービスにログインする'),
    el('button', { type: 'button', onclick: begin('import') }, 'いまの患者さんの一覧を取り込む'),
    el('button', { type: 'button', onclick: begin('results') }, 'あとでする')));
}

export function show(root, params, app) { facilityStep(root, app); }
