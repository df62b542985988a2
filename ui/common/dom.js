// SPDX-License-Identifier: Apache-2.0
// Elements made from text: whatever a patient is called, it stays text. Nothing here or elsewhere
// parses HTML.

/** el('button', {class: 'primary', onclick}, 'children', …): absent (null, false) ones are left out. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'class') node.className = value;
    else if (key === 'value' || key === 'checked' || key === 'disabled' || key === 'hidden') node[key] = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** A person's, insurer's or facility's name: its writing direction ends where it ends. */
export const name = (text) => el('bdi', { class: 'name' }, text ?? '');

/** Empty a node and fill it anew. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** The focus to where a screen begins, when it is filled; whoever is in it by then stays where they are. */
export function focusFirst(root, first) {
  if (!root.contains(document.activeElement)) first.focus();
}

let ids = 0;
/** An id that no other element of this page has. */
export const newId = (word) => `${word}-${++ids}`;

/** Is the key part of a conversion that the IME is making? Then it is none of ours. */
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** Words for everybody, a shape beside them for those who do not see colour. */
export const mark = (kind, shape, word) =>
  el('span', { class: `mark ${kind}` }, el('span', { class: 'shape', 'aria-hidden': 'true' }, shape), word);

/** A sentence for those who listen; polite, once. */
export function announce(text) {
  const place = document.getElementById('announce');
  if (place) place.textContent = text;
}
