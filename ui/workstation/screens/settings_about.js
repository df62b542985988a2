// SPDX-License-Identifier: Apache-2.0
// このPCの情報: what somebody at the telephone asks for; nothing of a patient, nothing of a person.
import { announce, el, fill } from '/common/dom.js';
import { countText, dayIso, japan } from '/common/format.js';
import { call } from '../api.js';
import { onKeep } from '../keep.js';
import { button } from './settings_parts.js';

const moment = (ms) => (ms ? `${dayIso(japan(ms).day)} ${japan(ms).time}` : 'まだありません');

function clockText(off_ms) {
  if (off_ms === undefined) return 'まだ分かりません（サービスにつながると分かります）';
  const seconds = Math.round(Math.abs(off_ms) / 1000);
  if (seconds < 3) return '合っています（ずれは3秒以内）';
  const long = seconds < 120 ? `${seconds}秒` : seconds < 7200 ? `${Math.round(seconds / 60)}分` : `${Math.round(seconds / 3600)}時間`;
  return `サービスより${long}${off_ms > 0 ? '遅れて' : '進んで'}います${seconds > 300 ? '。PCの日付と時刻を直してください' : ''}`;
}

const sizeText = (bytes) => (bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

const rowsOf = (about, kept) => [
  ['版', about.version], ['接続の部品（libshikaku）の版', about.libshikaku], ['医療機関等コード', about.facility],
  ['サービスのアドレス', about.service ?? '未設定'], ['PCの日付と時刻', moment(about.now_ms)], ['時計', clockText(about.clock_off_ms)],
  ['最後にサービスと話した時刻', moment(about.contact_ms)], ['最後に受け取った時刻', moment(about.received_ms)],
  ['カルテのファイル', sizeText(about.store_bytes)], ['カルテ', `${countText(about.charts)}件`], ['受け取った結果', `${countText(about.results)}件`],
  ['送信待ちの照会番号', `${countText(about.waiting)}件`], kept && ['最後のバックアップ', moment(kept.made_ms)],
  ['OS', [about.system, about.system_release, about.machine].filter(Boolean).join(' ')],
].filter(Boolean);

export async function show(root, app, leaving) {
  const about = await call('about');
  let kept = null;
  const list = el('dl', { class: 'facts' });
  const draw = () => fill(list, rowsOf(about, kept).map(([word, text]) => [el('dt', {}, word), el('dd', {}, text)]));
  draw();
  root.append(el('p', {}, '問い合わせのとき、ソフトの会社に伝えるものです。患者さんと職員の情報は入っていません。'),
    el('p', {}, button('コピーする', () => app.run(async () => {
      await app.copy(rowsOf(about, kept).map(([word, text]) => `${word}: ${text}`).join('\n'));
      announce('コピーしました。30秒たつと消えます');
    }))), list);
  leaving(onKeep((state) => { kept = state; draw(); }));
}
