// The form editor: form-js with its palette and properties, and a preview by the form-js viewer. Cases get the server's own rendering.
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import './designer.css';

import { FormEditor } from '@bpmn-io/form-js-editor';
import { Form } from '@bpmn-io/form-js-viewer';
import './menu.js';
import flatpickr from 'flatpickr';
import { Mandarin } from 'flatpickr/dist/l10n/zh.js';
import { at, failed, load, opened, page, savable, say, touched } from './page.js';
import { checking } from './problems.js';
import { ENGLISH } from './words.js';

if (!ENGLISH) flatpickr.localize(Mandarin);

let editor;
let preview;
let schema;
let given = '{}';

/** The sample data typed beside the preview; what cannot be read is said there and counts as nothing. */
function sample() {
  const field = at('preview-given');
  try {
    const values = JSON.parse(field.value || '{}');
    field.setCustomValidity('');
    given = field.value;
    return values;
  } catch (error) {
    field.setCustomValidity(error.message);
    field.reportValidity();
    return JSON.parse(given || '{}');
  }
}

const text = async () => `${JSON.stringify(editor ? editor.saveSchema() : schema, null, 2)}\n`;

async function showPreview(shown) {
  at('editor').hidden = shown;
  at('preview').hidden = !shown;
  at('preview-toggle').setAttribute('aria-pressed', String(shown));
  if (!shown) return;
  preview?.destroy();
  preview = new Form({ container: at('preview-form') });
  await preview.importSchema(JSON.parse(await text()), sample());
  const data = at('preview-data');
  const report = (words) => {
    data.textContent = JSON.stringify(words, null, 2);
  };
  preview.on('changed', (event) => report(event.data));
  preview.on('submit', (event) => report(event.data));
  report({});
}

async function open() {
  schema = JSON.parse(await load());
  at('preview-toggle').addEventListener('click', () => showPreview(at('preview').hidden).catch(failed));
  at('preview-given').addEventListener('change', () => showPreview(true).catch(failed));
  say(opened());
  const check = checking(text, {
    to: goTo,
    replaced: async (changed) => {
      schema = JSON.parse(changed);
      await editor?.importSchema(schema);
      check();
    },
  });
  check();
  if (!page.writable) return showPreview(true);
  editor = new FormEditor({ container: at('editor') });
  await editor.importSchema(schema);
  // importing counts as a change for form-js; what the person does comes through the command stack
  editor.get('eventBus').on('commandStack.changed', () => {
    touched();
    check();
    history();
  });
  at('undo').addEventListener('click', () => editor.get('commandStack').undo());
  at('redo').addEventListener('click', () => editor.get('commandStack').redo());
  savable(text);
  goTo({ element: new URLSearchParams(location.search).get('at') });
  return history();
}

/** Selects the field a problem is about: by its id, else by its key. */
function goTo({ element }) {
  if (!editor || !element) return;
  const fields = editor.get('formFieldRegistry').getAll();
  const field = fields.find((one) => one.id === element || one.key === element);
  if (field) editor.get('selection').set(field);
}

function history() {
  const stack = editor.get('commandStack');
  at('undo').disabled = !stack.canUndo();
  at('redo').disabled = !stack.canRedo();
}

open().catch(failed);
