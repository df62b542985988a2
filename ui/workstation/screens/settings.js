// SPDX-License-Identifier: Apache-2.0
// 設定: its sections at the left, the one that the address names beside them (#/settings/staff).
import { announce, el } from '/common/dom.js';

export const title = '設定';

const sections = {
  facilities: { text: '施設とアカウント', load: () => import('./settings_facilities.js') },
  staff: { text: '職員', load: () => import('./settings_staff.js') },
  rules: { text: '取り込みの決まり', load: () => import('./settings_rules.js') },
  backup: { text: 'バックアップと保存期間', load: () => import('./settings_backup.js') },
  recovery: { text: '復旧用の紙', load: () => import('./settings_recovery.js') },
  devices: { text: '登録したPC', load: () => import('./settings_devices.js') },
  history: { text: '利用の履歴', load: () => import('./settings_history.js') },
  about: { text: 'このPCの情報', load: () => import('./settings_about.js') },
};
const first = 'facilities';

let shown = null; // {root, module}: the section

const link = (id, text, current) => el('li', {}, el('a', { href: id, 'aria-current': current ? 'page' : null }, text));

function index(chosen) {
  return el('nav', { class: 'sections no-print', 'aria-label': '設定の項目' }, el('ul', {},
    Object.entries(sections).map(([id, one]) => link(`#/settings/${id}`, one.text, id === chosen)),
    link('#/import', '患者一覧の取り込み・書き出し', false)));
}

export async function show(root, params, app, leaving) {
  const mine = shown = { root };
  leaving(() => { shown = null; });
  const id = Object.hasOwn(sections, params[0] ?? '') ? params[0] : first;
  const module = await sections[id].load();
  if (shown !== mine) return;
  const heading = el('h2', { tabindex: '-1' }, sections[id].text);
  const body = el('div', { class: 'section-body' });
  root.append(index(id), el('div', { class: `section section-${id}` }, heading, body));
  mine.module = module;
  if (params.length) { heading.focus(); announce(sections[id].text); }
  await module.show(body, app, leaving);
}

export const refresh = (event, app) => shown?.module?.refresh?.(event, app);
