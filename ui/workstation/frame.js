// SPDX-License-Identifier: Apache-2.0
// What stands around every screen: the rail at the left, the bar at the top.
import { el, fill, mark, name } from '/common/dom.js';
import { screens } from './screens.js';

function rail() {
  const links = Object.entries(screens).filter(([, screen]) => screen.rail).map(([id, screen]) =>
    el('li', {}, el('a', { href: `#/${id}`, 'data-screen': id },
      el('span', {}, screen.rail), screen.under && el('small', {}, screen.under),
      el('kbd', {}, `Alt+${screen.key}`))));
  const foot = el('p', { class: 'version' });
  const node = el('nav', { class: 'rail', 'aria-label': '画面' }, el('p', { class: 'brand' }, '資格'),
    el('ul', {}, links), el('a', { class: 'manual', href: '/manual/', target: 'shikaku-manual' }, '手引き', el('kbd', {}, 'F1')), foot);
  return {
    node,
    /** Something at a screen wants looking at: [kind, shape, word], or null. */
    warn(id, trouble) {
      const link = node.querySelector(`a[data-screen=${id}]`);
      link.querySelector('.mark')?.remove();
      if (trouble) link.append(mark(...trouble));
    },
    version(text) { foot.textContent = `版 ${text}`; },
    mark(id) {
      const shown = screens[id]?.of ?? id;
      for (const link of node.querySelectorAll('a')) {
        if (link.dataset.screen === shown) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
    },
  };
}

/** Which facility, and whose session: one name, or a choice of several. */
function facilityPlace(facilities, current, choose) {
  if (facilities.length < 2) return el('span', { class: 'facility' }, name(facilities[0]?.name ?? ''));
  return el('label', { class: 'facility' }, el('span', { class: 'unseen' }, '施設'),
    el('select', { onchange: (event) => choose(event.target.value) }, facilities.map((one) => {
      const option = el('option', { value: one.code }, one.name);
      option.selected = one.code === current;
      return option;
    })));
}

/**
 * choose(code): another facility; lock(): the user leaves the desk. Gives
 * {node, view, rail, bar}; bar.say(slot, …) fills 'connection', 'received' and 'account'.
 */
export function frame({ choose, lock }) {
  const left = rail();
  const slots = Object.fromEntries(['account', 'connection', 'received'].map((slot) => [slot, el('span', { class: `slot ${slot}` })]));
  const facility = el('span', { class: 'place' });
  const who = el('span', { class: 'slot who' });
  const bar = el('header', { class: 'bar' }, facility, slots.account, el('span', { class: 'grow' }), slots.connection,
    slots.received, who, el('button', { type: 'button', onclick: lock }, '画面ロック', el('kbd', {}, 'F9')));
  const view = el('main', { id: 'view', tabindex: '-1' });
  return {
    node: el('div', { class: 'frame' }, el('a', { class: 'skip', href: '#view', onclick: (event) => { event.preventDefault(); view.focus(); } },
      '本文へ'), left.node, bar, view),
    view,
    rail: left,
    bar: {
      facilities: (all, current) => fill(facility, facilityPlace(all, current, choose)),
      staff: (text) => fill(who, '担当: ', name(text)),
      say: (slot, ...what) => fill(slots[slot], what),
    },
  };
}
