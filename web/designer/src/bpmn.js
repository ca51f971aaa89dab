// The modeler: bpmn-js with the properties panel as far as it means something here, the hall's own fields and templates, minimap, colours,
// search, copy and paste between drafts, and the server's check.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import 'bpmn-js-element-templates/dist/assets/element-templates.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import 'bpmn-js-color-picker/colors/color-picker.css';
import './designer.css';

import Modeler from 'bpmn-js/lib/Modeler';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import ColorPicker from 'bpmn-js-color-picker';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import { ElementTemplatesPropertiesProviderModule } from 'bpmn-js-element-templates';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule } from 'bpmn-js-properties-panel';
import Behaviors from 'camunda-bpmn-js-behaviors/lib/camunda-platform';
import NativeCopyPaste from 'bpmn-js-native-copy-paste';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import Minimap from 'diagram-js-minimap';
import templates from '../../../.camunda/element-templates/yizhan.json';
import Dialect from './dialect.js';
import './menu.js';
import { at, failed, load, opened, page, savable, say, touched } from './page.js';
import { checking, only } from './problems.js';
import Templates from './templates.js';
import Translate from './translate.js';
import { trying } from './trying.js';

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
      Behaviors, Minimap, Translate, Dialect, Templates, CreateAppendAnythingModule, ColorPicker, NativeCopyPaste,
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
  mark.addEventListener('click', () => {
    goTo(id);
    only(id);
  });
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
  say(opened());
  const check = checking(xml, {
    show: mark,
    to: (problem) => goTo(problem.element),
    replaced: async (text) => {
      const view = modeler.get('canvas').viewbox();
      await modeler.importXML(text);
      modeler.get('canvas').viewbox(view);
      check();
    },
  });
  check();
  goTo(new URLSearchParams(location.search).get('at'));
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
    search: () => modeler.get('searchPad').toggle(),
  };
  for (const [id, action] of Object.entries(actions)) at(id)?.addEventListener('click', action);
}

trying(() => {
  const [flow] = page.writable ? modeler.get('selection').get() : [];
  return flow?.businessObject.conditionExpression?.body || '';
});
tools();
open().catch(failed);
