// The modeler: bpmn-js with the properties panel for Camunda 7, the hall's own fields and templates, Chinese, minimap and the server's check.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import 'bpmn-js-element-templates/dist/assets/element-templates.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import './designer.css';

import Modeler from 'bpmn-js/lib/Modeler';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { ElementTemplatesPropertiesProviderModule } from 'bpmn-js-element-templates';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule } from 'bpmn-js-properties-panel';
import Behaviors from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import Minimap from 'diagram-js-minimap';
import templates from '../../../.camunda/element-templates/yizhan.json';
import Dialect from './dialect.js';
import './menu.js';
import { at, failed, load, page, savable, say, touched } from './page.js';
import { checking, list } from './problems.js';
import Templates from './templates.js';
import Translate from './translate.js';

const MARK = 'yizhan-problem';

function drawing() {
  const shared = { container: '#canvas', moddleExtensions: { camunda } };
  if (!page.writable) return new NavigatedViewer({ ...shared, additionalModules: [Minimap, Translate] });
  return new Modeler({
    ...shared,
    propertiesPanel: { parent: '#properties' },
    elementTemplates: templates,
    additionalModules: [
      BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule, ElementTemplatesPropertiesProviderModule,
      Behaviors, Minimap, Translate, Dialect, Templates,
    ],
  });
}

const modeler = drawing();
const xml = async () => (await modeler.saveXML({ format: true })).xml;

function mark(problems) {
  const overlays = modeler.get('overlays');
  const registry = modeler.get('elementRegistry');
  overlays.remove({ type: MARK });
  for (const [id, found] of grouped(problems)) {
    if (!id || !registry.get(id)) continue;
    overlays.add(id, MARK, { position: positionOn(registry.get(id)), html: badge(id, found) });
  }
}

function grouped(problems) {
  const places = new Map();
  for (const problem of problems) places.set(problem.element, [...(places.get(problem.element) || []), problem]);
  return places;
}

function positionOn(element) {
  if (!element.waypoints) return { top: -11, left: -11 };
  return { top: -9, left: -9 }; // on a flow the overlay's origin is its middle
}

function badge(id, problems) {
  const worst = problems.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
  const mark = document.createElement('button');
  mark.type = 'button';
  mark.className = `problem-badge problem-badge--${worst}`;
  mark.textContent = problems.length > 1 ? String(problems.length) : '!';
  mark.title = problems.map((problem) => problem.message).join('\n');
  mark.addEventListener('click', () => goTo(id));
  return mark;
}

/** Selects the element and brings it into sight. */
function goTo(id) {
  const element = modeler.get('elementRegistry').get(id);
  if (!element) return;
  modeler.get('canvas').scrollToElement(element, { top: 120, bottom: 120, left: 160, right: 160 });
  if (page.writable) modeler.get('selection').select(element);
}

/** The whole drawing where it stays legible, else its beginning; free of the palette on the left. */
function showFromTheStart() {
  const canvas = modeler.get('canvas');
  const { inner, outer } = canvas.viewbox();
  const left = page.writable ? 130 : 30;
  const scale = Math.min(1, Math.max(0.7, Math.min((outer.width - left - 30) / inner.width, (outer.height - 60) / inner.height)));
  canvas.viewbox({ x: inner.x - left / scale, y: inner.y - 30 / scale, width: outer.width / scale, height: outer.height / scale });
}

async function open() {
  await modeler.importXML(await load());
  showFromTheStart();
  say(page.writable ? `第 ${page.version} 版` : '只读');
  const check = checking(xml, (here, all) => {
    mark(here);
    list(all, (problem) => goTo(problem.element));
  });
  check();
  if (!page.writable) return;
  modeler.on('commandStack.changed', () => {
    touched();
    check();
    history();
  });
  savable(xml);
  history();
}

function history() {
  const stack = modeler.get('commandStack');
  at('undo').disabled = !stack.canUndo();
  at('redo').disabled = !stack.canRedo();
}

function tools() {
  const zoom = (step) => modeler.get('zoomScroll').stepZoom(step);
  const actions = {
    undo: () => modeler.get('commandStack').undo(),
    redo: () => modeler.get('commandStack').redo(),
    fit: () => modeler.get('canvas').zoom('fit-viewport', 'auto'),
    'zoom-in': () => zoom(1),
    'zoom-out': () => zoom(-1),
    panel: () => at('workbench').classList.toggle('is-wide'),
  };
  for (const [id, action] of Object.entries(actions)) at(id)?.addEventListener('click', action);
}

tools();
open().catch(failed);
