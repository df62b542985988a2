// SPDX-License-Identifier: Apache-2.0
// One line a person and day: a card read twice, a PIN and then a look at the face, are one visit.

const fold = (text) => (text ?? '').normalize('NFKC').replace(/\s/g, '');

/** What a result itself says of the person; '' when it says nothing. */
const personOf = (row) => (row.kana || row.name ? [fold(row.kana), fold(row.name), row.birth, row.sex].join('|') : '');

/**
 * A result that waits for a decision has no chart yet: it stands with those of the same person, who
 * have. Two charts are never one line, however alike their patients are.
 */
function lineOf(lines, row) {
  if (!personOf(row) && !row.chart) return undefined;
  const same = lines.filter((line) => (row.chart && line.chart ? row.chart === line.chart : personOf(row) !== '' && line.people.has(personOf(row))));
  return same.find((line) => line.chart === row.chart) ?? (same.length === 1 ? same[0] : undefined);
}

/**
 * results, newest first, to lines in the same order. The newest stands for them; urgency(row), the
 * smaller the sooner, says whose status is shown and which result is opened.
 */
export function linesOf(results, urgency) {
  const days = new Map();
  const all = [];
  for (const row of results) {
    const day = row.at.slice(0, 8);
    const lines = days.get(day) ?? days.set(day, []).get(day);
    let line = lineOf(lines, row);
    if (!line) {
      line = { ...row, all: [], people: new Set() };
      lines.push(line);
      all.push(line);
    }
    line.all.push(row);
    line.people.add(personOf(row));
    line.chart ??= row.chart;
  }
  for (const line of all) {
    const first = line.all.reduce((best, row) => (urgency(row) < urgency(best) ? row : best));
    // Named after the oldest: a newer one does not move whoever looks at it.
    Object.assign(line, { id: `${line.at.slice(0, 8)}/${line.all.at(-1).id}`, status: first.status, reason: first.reason, result: first.id, reference: line.reference ?? line.all.find((row) => row.reference)?.reference });
  }
  return all;
}
