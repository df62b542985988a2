// SPDX-License-Identifier: Apache-2.0
// Two windows on one chart: the second to save is told what the first changed, at its field, and
// loses nothing of what is typed.

/**
 * What somebody else changed since this form was opened. Where nothing is typed here the new value
 * is put in; what is typed stays. text(name, value): in words.
 */
function joinMoved(fields, before, now, text) {
  return fields.filter((one) => one.name in now && before[one.name] !== now[one.name]).map((one) => {
    const untouched = (one.value() ?? '') === before[one.name];
    if (untouched) one.set(now[one.name]);
    const said = `ほかの画面で「${text(one.name, now[one.name])}」に変わりました。`;
    return { field: one.name, text: untouched ? said : `${said}この画面で入れたものを残しています。` };
  });
}

/**
 * save() until it goes through or somebody has to look. values(): as the fields show them now, asked
 * for anew; before: as they were when the form was opened. A result that came meanwhile and changed
 * nothing that is shown here stops nobody.
 */
export async function saveOver({ save, values, before, fields, text }) {
  for (;;) {
    try {
      return await save();
    } catch (problem) {
      if (problem.code !== 'chart_moved') throw problem;
      const now = await values();
      problem.fields = joinMoved(fields, before, now, text);
      Object.assign(before, now);
      if (problem.fields.length) throw problem; // the next save is on top of what is there
    }
  }
}
