// SPDX-License-Identifier: Apache-2.0
// Four hundred names that nobody should be called: markup, script addresses, templates, formulas,
// writing directions, heaps of combining marks, emoji - each alone and inside an ordinary name.
const SEEDS = [
  '<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '</script><script>alert(1)</script>', '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>', '<svg><animate onbegin=alert(1) attributeName=x dur=1s>', '<iframe src=javascript:alert(1)>',
  '<iframe srcdoc="<script>parent.pwned=1</script>">', '<body onload=alert(1)>', '<details open ontoggle=alert(1)>',
  '<a href="javascript:alert(1)">x</a>', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,<script>alert(1)</script>',
  '<math><mi xlink:href="data:x,<script>alert(1)</script>">', '<link rel=stylesheet href=http://evil.test/x.css>',
  '<style>@import "http://evil.test/x.css";</style>', '<img src=http://evil.test/x.png>', '<object data=http://evil.test/x>',
  '<embed src=http://evil.test/x>', '<form action=http://evil.test/><button>押す', '<meta http-equiv=refresh content="0;url=http://evil.test/">',
  '<base href=http://evil.test/>', '<template><script>alert(1)</script></template>', '<video><source onerror=alert(1)>',
  '<input autofocus onfocus=alert(1)>', '<select autofocus onfocus=alert(1)>', '<textarea></textarea><img src=x onerror=alert(1)>',
  '"><img src=x onerror=alert(1)>', "'><img src=x onerror=alert(1)>", '" onmouseover="alert(1)', "' onfocus='alert(1)' autofocus='",
  '--><img src=x onerror=alert(1)>', ']]><img src=x onerror=alert(1)>', '<![CDATA[<script>alert(1)</script>]]>', '<!--<img src=x onerror=alert(1)>-->',
  '${alert(1)}', '{{constructor.constructor("alert(1)")()}}', '<%= alert(1) %>', '#{alert(1)}', '`${window.pwned=1}`', '\\x3cscript\\x3ealert(1)',
  '\\u003cscript\\u003ealert(1)', '&lt;script&gt;alert(1)&lt;/script&gt;', '&#60;script&#62;', '%3Cscript%3Ealert(1)%3C/script%3E',
  '＜script＞alert(1)＜/script＞', '<ｓcript>alert(1)', '<img\u000bsrc=x onerror=alert(1)>', '<scr\u00adipt>alert(1)</scr\u00adipt>',
  '\u202eoruoti ikuzus\u202c', '\u202d山田\u202e郎太', '\u2066鈴木\u2067一郎', '\u200f木村\u200e', '\u061cسمير', 'שלום 山田', 'مرحبا',
  'Z\u0351\u036b\u0343\u036a\u0302a\u0334\u0335\u031bl\u0321\u0353\u0323g\u0322\u034f\u0356o\u0300\u0316\u0324', 'が\u3099\u3099\u3099\u3099\u3099\u3099',
  '👨‍👩‍👧‍👦👩🏽‍⚕️🏴󠁧󠁢󠁥󠁮󠁧󠁿', '𠮷野家𠮟る', '葛\u{e0100}城', '辻\u{e0101}', '\ufeff山田', '山\u200b田\u200d太\u2060郎', '髙﨑 德仁', 'ｱﾘﾑﾗ ｶﾞﾁﾞﾊﾟ',
  '=HYPERLINK("http://evil.test","x")', '+cmd|x', "@SUM(1+1)*cmd|' /C calc'!A0", '-2+3', '__proto__', 'constructor', 'null', 'undefined', '[object Object]',
  '1; DROP TABLE chart; --', "' OR '1'='1", '%s%s%n', '../../../etc/passwd', 'A'.repeat(40), 'w'.repeat(40), '・'.repeat(40), 'あ い　う', '<marquee onstart=alert(1)>',
];
const ROUNDS = [(seed) => seed, (seed) => `山田 ${seed}`, (seed) => `${seed} 太郎`, (seed) => `佐々木${seed}𠮷之助`, (seed) => seed.toUpperCase()];

export const PAYLOADS = [...new Set(ROUNDS.flatMap((round) => SEEDS.map(round)))].slice(0, 400);
