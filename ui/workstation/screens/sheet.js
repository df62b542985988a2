// SPDX-License-Identifier: Apache-2.0
// The paper with the recovery key.
import { el } from '/common/dom.js';

/** The sheet as it is printed, at the first start and here. whose: nodes. */
export const recoverySheet = (recovery, whose) => el('div', { class: 'sheet' }, el('h2', {}, '復旧用の紙'), el('p', {}, whose),
  el('p', { class: 'recovery' }, recovery.split('-').flatMap((part) => [el('span', {}, part), ' '])),
  el('p', {}, '使うとき: 画面ロックの「パスワードを忘れたとき」か、新しいPCの「はじめの設定」で、この鍵を入れます。'),
  el('p', { class: 'hint' }, '鍵のかかる場所にしまい、写真にとったり、PCの中に保存したりしないでください。'));
