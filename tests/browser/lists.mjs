// SPDX-License-Identifier: Apache-2.0
// Patient lists as other programs write them, of invented people.

/** Headings and rows of a list with one of each trouble; three rows are good. */
export const TROUBLED = [
  '患者番号,氏名,フリガナ,生年月日,性別,住所,電話番号,保険者番号,記号,番号,枝番,負担割合,来院動機',
  '101,見本　太郎,ミホン タロウ,S45.1.1,男,見本市見本町1-1,03-0000-0001,06000004,12,345,01,3割,紹介',
  '102,見本　花子,ミホン ハナコ,昭和52年3月2日,女,見本市見本町1-1,03-0000-0001,06000004,12,345,02,3割,',
  '103,試験　一郎,シケン イチロウ,1960/2/30,男,,,,,,,,',
  '104,=試験　二郎,シケン ジロウ,1961/5/6,男,,,,,,,,',
  '104,試験　三郎,シケン サブロウ,1962/5/6,男,,,,,,,,',
  '105,試験　四郎,シケン シロウ,1963/5/6,おとこ,,,,,,,,',
].join('\r\n') + '\r\n';

/** A list of so many people, each birth date and name of its own. */
export function people(count) {
  const lines = ['番号,氏名,生年月日'.replace('番号', 'カルテ番号')];
  for (let i = 1; i <= count; i++) lines.push(`${i},見本　${i}号,${1930 + (i % 80)}/${1 + (i % 12)}/${1 + (i % 28)}`);
  return `${lines.join('\n')}\n`;
}
