// SPDX-License-Identifier: Apache-2.0
// 登録したPC: which PCs this account may be used from; one that was lost or given away ends here.
import { announce, el, fill, mark, name } from '/common/dom.js';
import { confirm } from '/common/dialog.js';
import { dayText } from '/common/format.js';
import { call } from '../api.js';
import { order } from '../session.js';
import { button, entries, entry, whenIn } from './settings_parts.js';

const PLATFORMS = { windows: 'Windows', linux: 'Linux', macos: 'macOS' };

async function close(one, app, again) {
  const yes = await confirm({ title: `「${one.name}」の登録を外しますか？`, yes: '外す', body: [
    el('p', {}, one.current ? 'いま使っているこのPCです。外すとログアウトし、もう一度使うには、運営者が出すアクティベーションコードが要ることがあります。'
      : 'そのPCは2秒以内にログアウトし、二度とこの登録では使えません。なくしたとき・人に渡すときに外してください。')] });
  if (!yes) return;
  await order('device_close', { id: one.id });
  announce('登録を外しました');
  if (!one.current) await again();
}

export function show(root, app, leaving) {
  const list = el('div', { 'aria-live': 'polite' });
  const row = (one) => entry([el('strong', {}, name(one.name)), el('small', {}, `${PLATFORMS[one.platform] ?? one.platform} ・ ${dayText(one.registered_at.slice(0, 8))} に登録`)],
    [one.current && mark('new', '▶', 'このPC')], [button('登録を外す', () => app.run(() => close(one, app, draw)), `${one.name} の登録を外す`)]);
  async function draw() {
    const { devices } = await call('devices');
    fill(list, devices.length ? entries(devices.map(row)) : el('p', {}, '登録したPCはありません。'));
  }
  async function ask() {
    fill(list, el('p', {}, 'サービスに聞いています…'));
    await order('devices_ask', {}).catch((problem) => { fill(list, el('p', {}, '聞けませんでした。')); throw problem; });
    await draw();
  }
  root.append(el('p', {}, 'このアカウントで使えるPCです。なくしたPC、使わなくなったPCは外してください。'));
  leaving(whenIn(root, app, () => { root.append(list); app.run(ask); }, () => { list.remove(); }));
}
