// SPDX-License-Identifier: Apache-2.0
// Every screen of the page and where it stands. A screen is a module under screens/ that exports
//
//   title                     what the window and the heading say
//   keys                      {F2: {text: '検索', run}}: beside those of the frame
//   show(root, params, app, leaving)   draw into root; may be async
//   refresh(event, app)       something moved: {kind, facility?}; optional
//
// leaving(undo): undo is called when another screen comes, even before this one is drawn (then what
// is still on its way comes to a root that nobody sees), or at once when another one has come.
//
// Addresses are /#/name/param/…: ids and choices, never a person's name.

export const screens = {
  results: { rail: '受付', under: '届いた結果', key: '1', load: () => import('./screens/results.js') },
  patients: { rail: '患者', key: '2', load: () => import('./screens/patients.js') },
  request: { rail: 'ダウンロード', key: '3', load: () => import('./screens/request.js') },
  month: { rail: '月初の確認', key: '4', load: () => import('./screens/month.js') },
  settings: { rail: '設定', key: '5', load: () => import('./screens/settings.js') },
  // Without a place in the rail.
  chart: { of: 'patients', load: () => import('./screens/chart.js') },
  decide: { of: 'results', load: () => import('./screens/decide.js') },
  import: { of: 'patients', load: () => import('./screens/import.js') },
  login: { of: 'request', load: () => import('./screens/login.js') },
};

/** What is shown when nothing else is asked for. */
export const home = 'results';
