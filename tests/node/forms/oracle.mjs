// Plays cases through form-js in jsdom. stdin: [{id, schema, context, input, clicks}], stdout: [{id, data, errors} | {id, refused}].
import { register } from 'node:module';
import { JSDOM } from 'jsdom';

register('./resolve.mjs', import.meta.url);

const dom = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true });
const { window } = dom;
for (const name of ['document', 'KeyboardEvent', 'HTMLElement', 'Element', 'Node', 'MutationObserver', 'DOMParser', 'Event', 'HTMLInputElement']) {
  globalThis[name] = window[name];
}
globalThis.window = window;
Object.defineProperty(globalThis, 'navigator', { value: window.navigator, configurable: true });
globalThis.getComputedStyle = window.getComputedStyle.bind(window);
globalThis.requestAnimationFrame = window.requestAnimationFrame.bind(window);
globalThis.cancelAnimationFrame = window.cancelAnimationFrame.bind(window);
window.HTMLElement.prototype.scrollIntoView = () => {};
for (const level of ['log', 'warn', 'info']) console[level] = () => {};

const { createForm } = await import('@bpmn-io/form-js-viewer');

// Effects run after painting, so a form has settled when its data has not changed for a while.
async function settled(form) {
  let before = null;
  for (let quiet = 0; quiet < 6; ) {
    await new Promise(resolve => setTimeout(resolve, 100));
    const now = JSON.stringify(form._getState().data);
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}

function flatten(errors, prefix, out) {
  for (const [key, value] of Object.entries(errors || {})) {
    if (value === null || value === undefined) continue;
    const name = prefix ? `${prefix}.${key}` : key;
    if (Array.isArray(value) && value.every(item => typeof item === 'string')) out[name] = value;
    else flatten(value, name, out);
  }
  return out;
}

function typeInto(container, id, text) {
  const box = container.querySelector(`input[id$="-${id}"]`);
  box.value = text;
  box.dispatchEvent(new window.Event('input', { bubbles: true }));
}

async function play({ id, schema, context = {}, input = [], clicks = [] }) {
  const container = window.document.createElement('div');
  window.document.body.appendChild(container);
  try {
    const form = await createForm({ container, schema, data: context, debounce: false });
    await settled(form);
    for (const selector of clicks) {
      const target = container.querySelector(selector);
      if (target) target.dispatchEvent(new window.MouseEvent('click', { bubbles: true }));
      await settled(form);
    }
    for (const [path, value] of input) {
      const registry = form.get('formFieldInstanceRegistry');
      const instance = registry.getAll().find(item => item.valuePath.join('.') === path);
      if (instance) {
        const field = form.get('formFieldRegistry').get(instance.id);
        if (field.type === 'number' && typeof value === 'string') typeInto(container, field.id, value);
        else if (!field.disabled && field.readonly !== true) form._update({ field, fieldInstance: instance, value, indexes: instance.indexes });
      }
      await settled(form);
    }
    const { data, errors } = form.submit();
    return { id, data: JSON.parse(JSON.stringify(data)), errors: flatten(errors, '', {}) };
  } catch (error) {
    return { id, refused: String(error.message || error) };
  }
}

let text = '';
for await (const chunk of process.stdin) text += chunk;
const results = await Promise.all(JSON.parse(text).map(play));
process.stdout.write(JSON.stringify(results));
process.exit(0);
