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
import { deciding } from './deciding.js';
import { at, failed, load, opened, page, savable, say, touched } from './page.js';
import { checking } from './problems.js';
import { dmnTranslate } from './translate-dmn.js';
import { word } from './words.js';

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

const NAMES = {
  drd: word('决策关系图', 'Requirements'),
  decisionTable: word('决策表', 'Table'),
  literalExpression: word('表达式', 'Expression'),
  boxedExpression: word('表达式', 'Expression'),
};

function views() {
  const present = modeler.getActiveView();
  at('views').replaceChildren(...modeler.getViews().map((view) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button button--small';
    button.textContent = `${NAMES[view.type] || view.type}${view.type === 'drd' ? '' : `${word('：', ': ')}${view.name || view.id}`}`;
    button.setAttribute('aria-pressed', String(view.element === present?.element));
    button.addEventListener('click', () => modeler.open(view).catch(failed));
    return button;
  }));
}

/** Opens the first table: what people want to see. */
async function table() {
  const first = modeler.getViews().find((view) => view.type === 'decisionTable');
  if (first) await modeler.open(first);
}

/** Opens the decision a problem is about and shows its row. */
async function goTo({ element }) {
  const view = modeler.getViews().find((one) => one.element.id === element || (one.element.decisionLogic?.rule || []).some((rule) => rule.id === element));
  if (!view) return;
  await modeler.open(view);
  at('canvas').querySelector(`[data-row-id="${CSS.escape(element)}"]`)?.scrollIntoView({ block: 'center' });
}

async function open() {
  const watched = new Set();
  const check = checking(xml, {
    to: goTo,
    replaced: async (text) => {
      await modeler.importXML(text);
      await table();
      check();
    },
  });
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
  await table();
  say(opened());
  check();
  deciding(modeler, xml);
  if (page.writable) savable(xml);
}

open().catch(failed);
