// SPDX-License-Identifier: Apache-2.0
// A place that is kept for a screen.
import { el } from '/common/dom.js';

export const title = '準備中';

export function show(root) {
  root.append(el('div', { class: 'empty' }, el('p', {}, 'この画面は準備中です。左の欄から、ほかの画面を選んでください。')));
}
