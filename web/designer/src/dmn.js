// Decision tables: dmn-js with all its views, the table first.
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './designer.css';

import Modeler from 'dmn-js/lib/Modeler';
import NavigatedViewer from 'dmn-js/lib/NavigatedViewer';
import './menu.js';
import { at, failed, load, page, savable, say, touched } from './page.js';
import { checking, list } from './problems.js';
import { dmnTranslate } from './translate-dmn.js';

const shared = { additionalModules: [dmnTranslate] };
const Kind = page.writable ? Modeler : NavigatedViewer;
const modeler = new Kind({
  container: '#canvas',
  drd: shared,
  decisionTable: shared,
  literalExpression: shared,
  boxedExpression: shared,
});

const xml = async () => (await modeler.saveXML({ format: true })).xml;

const NAMES = { drd: '决策关系图', decisionTable: '决策表', literalExpression: '表达式', boxedExpression: '表达式' };

function views() {
  const present = modeler.getActiveView();
  at('views').replaceChildren(...modeler.getViews().map((view) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button button--small';
    button.textContent = `${NAMES[view.type] || view.type}${view.type === 'drd' ? '' : `：${view.name || view.id}`}`;
    button.setAttribute('aria-pressed', String(view.element === present?.element));
    button.addEventListener('click', () => modeler.open(view).catch(failed));
    return button;
  }));
}

async function open() {
  const watched = new Set();
  const check = checking(xml, (_here, all) => list(all, () => {}));
  modeler.on('views.changed', () => {
    views();
    const viewer = modeler.getActiveViewer();
    if (!viewer || watched.has(viewer) || !page.writable) return;
    watched.add(viewer);
    viewer.on('commandStack.changed', () => {
      touched();
      check();
    });
  });
  await modeler.importXML(await load());
  const table = modeler.getViews().find((view) => view.type === 'decisionTable');
  if (table) await modeler.open(table);
  say(page.writable ? `第 ${page.version} 版` : '只读');
  check();
  if (page.writable) savable(xml);
}

open().catch(failed);
