// SPDX-License-Identifier: Apache-2.0
// 復旧用の紙: a new one; from then on the old one opens nothing.
import { el, fill, name } from '/common/dom.js';
import { field, form } from '/common/fields.js';
import { dayText, japan } from '/common/format.js';
import { call } from '../api.js';
import { button } from './settings_parts.js';
import { recoverySheet } from './sheet.js';

function sheetShow(root, app, recovery) {
  const whose = [app.state.facilities.map((one, i) => [i ? '、' : '', name(one.name), `（${one.code}）`]), `　${dayText(japan(Date.now()).day)} 作成`];
  const print = button('印刷する', () => window.print());
  print.className = 'primary';
  fill(root, el('p', { class: 'no-print', role: 'status' }, 'いまから、この紙だけが使えます。前の紙は、もう使えません。すぐに印刷し、前の紙は捨ててください。'),
    recoverySheet(recovery, whose),
    el('div', { class: 'buttons' }, print, button('しまいました（表示を消す）', () => app.run(() => { fill(root); return show(root, app); }))));
  print.focus();
}

export async function show(root, app) {
  const { drawn_ms } = await call('staff');
  const fields = [field({ name: 'password', label: 'あなたのパスワード', type: 'password', required: true, autocomplete: 'current-password', hint: '画面ロックを解くときのものです。' })];
  const made = form({ fields, submit: { text: '新しい紙を作る', run: async () => {
    const { recovery } = await call('recovery_renew', { password: fields[0].input.value });
    sheetShow(root, app, recovery);
  } } });
  fill(root, el('p', {}, '全員がパスワードを忘れたときと、新しいPCに移るときは、この紙に書いた鍵だけが頼りです。なくしたとき、見られたかもしれないときは、作り直してください。'),
    drawn_ms > 0 && el('p', {}, `いまの紙: ${dayText(japan(drawn_ms).day)} に作ったもの`),
    el('div', { class: 'box warning' }, el('p', {}, '作り直すと、前の紙ではもう開けません。印刷の用意をしてから押してください。')), made.node);
}
