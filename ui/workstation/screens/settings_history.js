// SPDX-License-Identifier: Apache-2.0
// 利用の履歴: who used this facility's account, when and for what; what the operator did stands out.
import { el, fill, mark, name } from '/common/dom.js';
import { field, form } from '/common/fields.js';
import { countText, dayShort, japan } from '/common/format.js';
import { table } from '/common/table.js';
import { call } from '../api.js';
import { order } from '../session.js';
import { whenIn } from './settings_parts.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const SHOWN_DAYS = 7;

/** The calls of the service; what is not named here is shown as it is. */
const CALLS = {
  login: 'ログイン', mfa: 'パスコード', refresh: 'ログインの継続', logout: 'ログアウト', password_change: 'パスワードの変更', count: '件数の確認', download: '受け取り',
  reference: '照会番号の登録', references: '照会番号の登録', accesses: '利用の履歴の表示', device_list: 'PCの一覧', device_register: 'PCの登録', device_close: 'PCの登録を外す',
  enrolment_begin: '認証アプリの登録', enrolment_confirm: '認証アプリの登録', activate: 'リーダーの登録', reader_login: 'リーダーのログイン', check: 'カードの確認',
  registration: 'カードの登録', history: 'リーダーの履歴', temporary_close: '臨時アカウントの終了',
};
const wordOf = (row) => CALLS[row.call] ?? (row.call?.startsWith('admin_') ? '運営者の操作' : row.call ?? '');
const outcomeMark = (row) => (['ok', 'not_modified'].includes(row.outcome) ? mark('success', '✓', 'できました') : mark('warning', '▲', 'できませんでした'));

const columns = [
  { key: 'at', title: '日時', cell: (row) => (row.at ? `${dayShort(row.at.slice(0, 8))} ${row.at.slice(8, 10)}:${row.at.slice(10, 12)}` : '') },
  { key: 'call', title: 'したこと', cell: (row) => [wordOf(row), row.calls > 1 && `（${countText(row.calls)}回）`] },
  { key: 'outcome', title: '結果', cell: outcomeMark },
  { key: 'results', title: '結果の件数', class: 'number', cell: (row) => (row.results ? countText(row.results) : '') },
  { key: 'who', title: 'だれが', cell: (row) => (row.operator ? [mark('attention', '●', '運営者'), ' ', name(row.operator), row.reason && `（${row.reason}）`]
    : [name(row.login_id ?? ''), row.staff && ` 担当 ${row.staff}`]) },
  { key: 'device', title: 'PC', cell: (row) => name(row.device ?? '') },
];

export function show(root, app, leaving) {
  const found = el('p', { class: 'hint', 'aria-live': 'polite' });
  const list = table({ label: '利用の履歴', columns, rowId: (row) => `${row.at}${row.call}${row.device ?? ''}`,
    empty: [el('p', {}, 'この期間の利用はありません。')] });
  const now = Date.now();
  const fields = [
    field({ name: 'from', label: 'はじめの日', type: 'day', required: true, value: japan(now - (SHOWN_DAYS - 1) * DAY_MS).day }),
    field({ name: 'to', label: 'おわりの日', type: 'day', required: true, value: japan(now).day }),
  ];
  async function ask({ from, to }) {
    found.textContent = 'サービスに聞いています…';
    await order('history_ask', { from: String(from), to: String(to) }).catch((problem) => { found.textContent = ''; throw problem; });
    const { accesses, total } = await call('history');
    list.set(accesses);
    found.textContent = total > accesses.length ? `${countText(total)}行のうち、新しいほうから${countText(accesses.length)}行です。期間を短くすると全部見られます。` : `${countText(total)}行`;
  }
  const made = form({ fields, submit: { text: 'この期間を見る', run: ask } });
  made.node.classList.add('period');
  const place = el('div', {}, made.node, found, el('div', { class: 'history-list' }, list.node));
  root.append(el('p', {}, 'この施設のアカウントが、いつ・どのPCで使われたかです。心当たりのない利用があれば、すぐに運営者に連絡し、パスワードを変えてください。'));
  leaving(whenIn(root, app, () => {
    root.append(place);
    app.run(() => ask({ from: fields[0].value(), to: fields[1].value() }));
  }, () => { place.remove(); fill(found); }));
}
