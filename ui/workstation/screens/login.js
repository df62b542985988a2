// SPDX-License-Identifier: Apache-2.0
// ログイン, パスコード, and what else may stand between this PC and the service. The same panel as a
// screen and as a window over another screen.
import { announce, el, fill, name } from '/common/dom.js';
import { field, form } from '/common/fields.js';
import { call, facility } from '../api.js';
import { instantText, onSession, order, session, sessionRefresh } from '../session.js';

export const title = 'サービスへのログイン';

const facilityLine = (app) => {
  const one = app.state.facilities.find((row) => row.code === facility());
  return el('p', {}, '施設: ', name(one?.name ?? ''), `（${facility()}）`);
};

/* --- password --- */

function loginForm(app, state) {
  const fields = [
    !state.service && field({ name: 'service', label: 'サービスのアドレス', required: true,
      hint: '運営者から知らされた https:// で始まるものです。はじめの1回だけ入れます。' }),
    field({ name: 'login_id', label: 'ログインID', required: true, size: 20, value: state.login_id || undefined,
      autocomplete: 'username', hint: 'WA で始まるもの。臨時のアカウントは M で始まります。' }),
    field({ name: 'password', label: 'パスワード', type: 'password', required: true, autocomplete: 'current-password' }),
  ].filter(Boolean);
  const made = form({ fields, submit: { text: '次へ（パスコード）', run: async (values) => {
    await order('session_login', values);
    fields.at(-1).set('');
    await sessionRefresh(app);
  } } });
  const words = state.again
    ? ['ログインの時間（12時間）が終わったか、サービスの側で終わりました。入力中の内容と受け取った結果は、そのまま残っています。']
    : ['サービスのログインIDとパスワードを入れてください。次に、認証アプリの番号を入れます。'];
  return { node: [el('h2', {}, '1 ログイン'), facilityLine(app), el('p', {}, words), made.node], focus: fields.find((one) => !one.value())?.input };
}

/* --- passcode --- */

const helpApp = () => el('details', {}, el('summary', {}, '番号が通らないとき'), el('ul', {},
  el('li', {}, '番号は30秒ごとに変わり、1回しか使えません。次の番号に変わるのを待って入れてください。'),
  el('li', {}, '何度も通らないときは、スマートフォンの時計が合っているか（日付と時刻の「自動設定」）を確かめてください。'),
  el('li', {}, '続けてまちがえると、しばらく入れなくなります。表示された時間だけ待ってください。'),
  el('li', {}, 'スマートフォンを替えた・認証アプリを消したときは、施設の管理者が管理画面で登録し直します。'),
  el('li', {}, 'どうしても急ぐときは、運営者に臨時アカウント（メールで番号が届くもの）を頼めます。')));

const helpMail = (app, again) => el('details', {}, el('summary', {}, 'メールが届かないとき'), el('ul', {},
  el('li', {}, '施設に登録したメールアドレスに届きます。迷惑メールの中も見てください。'),
  el('li', {}, '番号は10分で使えなくなります。過ぎたら、もう一度送ってください。'),
  el('li', {}, '臨時アカウントは5回まで、1回60分です。照会番号の登録はできません。')),
el('button', { type: 'button', onclick: () => app.run(again) }, '番号をもう一度メールで送る'));

/** The rows speak to those who log in anew each time; this program still knows the password. */
const NEXT = ['passcode_refused', 'passcode_reused', 'challenge_expired', 'challenge_refused'];
function reworded(problem, isMail) {
  if (!NEXT.includes(problem.code)) return problem;
  problem.action = isMail ? '届いた番号をもう一度確かめるか、下の「番号をもう一度メールで送る」を押してください。'
    : '認証アプリの番号が次に変わるのを待って、新しい番号を入れてください。ログインIDとパスワードは入れ直さなくて構いません。';
  return problem;
}

function passcodeForm(app, state, done) {
  const isMail = state.passcode === 'mail';
  const code = field({ name: 'passcode', label: isMail ? 'メールに書かれた8桁の番号' : '認証アプリの6桁の番号',
    type: 'digits', required: true, size: 10, autocomplete: 'one-time-code', hint: '全角でも半角でも入れられます。' });
  const again = async () => { await order('session_mail', {}); announce('番号をメールで送りました'); };
  const made = form({
    fields: [code], submit: { text: 'ログインする', run: async ({ passcode }) => {
      await order('session_passcode', { passcode }).catch((problem) => { throw reworded(problem, isMail); }).finally(() => code.set(''));
      await sessionRefresh(app);
      if (session()?.phase === 'in' && !session().needs_device) done?.();
    } },
    buttons: [el('button', { type: 'button', onclick: () => app.run(() => logout(app)) }, 'ログインIDから入れ直す')],
  });
  const words = state.again ? 'PCが休んでいた間に、サービスとのつながりが切れました。パスコードだけ入れれば続けられます。'
    : isMail ? '施設のメールアドレスに番号を送りました。' : 'スマートフォンの認証アプリに出ている番号を入れてください。';
  return {
    node: [el('h2', {}, '2 パスコード'), facilityLine(app), el('p', {}, 'ログインID: ', name(state.login_id)), el('p', {}, words),
      made.node, isMail ? helpMail(app, again) : helpApp()],
    focus: code.input,
  };
}

/* --- an issued password, this PC --- */

function passwordForm(app, done, { must }) {
  const fields = [
    field({ name: 'present', label: 'いまのパスワード', type: 'password', required: true, autocomplete: 'current-password' }),
    field({ name: 'next', label: '新しいパスワード', type: 'password', required: true, autocomplete: 'new-password',
      hint: '13文字以上。13・14文字のときは英小文字・英大文字・数字・記号のうち3種類。15文字以上ならどんな文字でも。' }),
    field({ name: 'again', label: '新しいパスワード（もう一度）', type: 'password', required: true, autocomplete: 'new-password' }),
  ];
  const names = { new_password: 'next', old_password: 'present' };
  const made = form({ fields, submit: { text: 'パスワードを変える', run: async () => {
    const [present, next, again] = fields.map((one) => one.input.value);
    if (next !== again) throw Object.assign(new Error(), { title: '直していただくところがあります', fields: [{ field: 'again', text: '2つのパスワードが違います。' }] });
    await order('session_password', { present, next }).catch((problem) => {
      problem.fields = (problem.fields ?? []).map((one) => ({ ...one, field: names[one.field] ?? one.field }));
      throw problem;
    });
    for (const one of fields) one.set('');
    announce('パスワードを変えました');
    await sessionRefresh(app);
    done?.();
  } } });
  return {
    node: [el('h2', {}, '新しいパスワードを決める'), el('p', {}, must
      ? '運営者から渡されたはじめのパスワードのままです。ほかの人が知っているかもしれないので、変えるまで先へ進めません。'
      : 'ほかのPCのログインは、2秒以内に終わります。'), made.node],
    focus: fields[0].input,
  };
}

async function logout(app) {
  await order('session_logout', {});
  await sessionRefresh(app);
}

function deviceForm(app, done) {
  const fields = [
    field({ name: 'name', label: 'このPCの呼び名', required: true, value: '受付', size: 20, hint: '例: 受付、2階' }),
    field({ name: 'code', label: 'アクティベーションコード', size: 30, hint: '2台目からは、運営者か施設の管理者が出すコードが要ります。1台目は空のままで構いません。' }),
  ];
  const made = form({ fields, submit: { text: 'このPCを登録する', run: async (values) => {
    await order('session_device', values.code ? values : { name: values.name });
    await sessionRefresh(app);
    done?.();
  } } });
  return {
    node: [el('h2', {}, 'このPCを登録する'), el('p', {}, 'このサービスは、登録したPCからだけ使えます。登録は1回だけです。'), made.node,
      el('div', { class: 'buttons' }, el('button', { type: 'button', onclick: () => app.run(() => logout(app)) }, 'ログアウト'))],
    focus: fields[1].input,
  };
}

/* --- in --- */

function openView(app, state, show) {
  return {
    node: [el('h2', {}, 'ログインしています'), facilityLine(app), state.notice && el('div', { class: 'box warning' }, el('p', {}, state.notice)),
      el('dl', { class: 'facts' },
        el('dt', {}, 'サービスでの施設名'), el('dd', {}, name(state.facility_name)),
        el('dt', {}, 'ログインID'), el('dd', {}, name(state.login_id)),
        el('dt', {}, 'このPC'), el('dd', {}, state.device ? '登録済み' : '登録していません'),
        el('dt', {}, 'ログインの終わり'), el('dd', {}, `${instantText(state.ends_ms)}（そのとき、もう一度ログインします。入力中の内容はなくなりません）`),
        el('dt', {}, '送信待ちの照会番号'), el('dd', {}, `${state.queued}件`)),
      el('div', { class: 'buttons' }, !state.device && el('button', { type: 'button', onclick: () => show('device') }, 'このPCを登録する'),
        el('button', { type: 'button', onclick: () => show('change') }, 'パスワードを変える'),
        el('button', { type: 'button', onclick: () => app.run(() => logout(app)) }, 'ログアウト'))],
  };
}

/** Which of them is shown: a change of it draws anew, anything else leaves what is typed alone. */
const viewOf = (state, wanted) => {
  // Whether a session has ended is no other form: one that was refused keeps its words.
  if (!state.service || state.phase === 'out') return `out${state.service ? '' : '-service'}`;
  if (state.phase === 'passcode') return `passcode-${state.passcode}`;
  if (state.phase === 'password') return 'password';
  return state.needs_device ? 'device' : wanted ?? 'open';
};

/** Draw into root and follow the session; answers the function that ends that. */
export function loginPanel(root, app, { done } = {}) {
  let drawn = null;
  let wanted = null;
  const place = el('div', { class: 'card login' });
  const show = (which) => { wanted = which; draw(session()); };
  const finish = () => { wanted = null; drawn = null; draw(session()); done?.(); };
  function draw(state) {
    if (!state) return;
    const view = viewOf(state, wanted);
    if (view === drawn && view !== 'open') return;
    const isNew = view !== drawn;
    drawn = view;
    const made = view.startsWith('out') ? loginForm(app, state)
      : view.startsWith('passcode') ? passcodeForm(app, state, done)
        : view === 'password' || view === 'change' ? passwordForm(app, finish, { must: view === 'password' })
          : view === 'device' ? deviceForm(app, finish) : openView(app, state, show);
    fill(place, made.node);
    if (isNew && made.focus) setTimeout(() => made.focus.focus(), 0);
  }
  root.append(place);
  const leave = onSession(draw);
  app.run(() => sessionRefresh(app));
  return leave;
}

export function show(root, params, app, leaving) { leaving(loginPanel(root, app)); }

export const keys = {};
