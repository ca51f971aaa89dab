// The source text with line numbers, folding and search; without this script the plain text box is there. `?line=` says where to begin.
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { xml } from '@codemirror/lang-xml';
import { bracketMatching, defaultHighlightStyle, foldGutter, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import './designer.css';

const box = document.getElementById('text');
const language = { bpmn: xml, dmn: xml, form: json }[box.dataset.kind];
const asked = Number(new URLSearchParams(location.search).get('line')) || 0;

const editor = new EditorView({
  parent: document.getElementById('text-editor'),
  state: EditorState.create({
    doc: box.value,
    extensions: [
      lineNumbers(), foldGutter(), history(), bracketMatching(), highlightActiveLine(), syntaxHighlighting(defaultHighlightStyle),
      keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorView.contentAttributes.of({ 'aria-label': box.dataset.path }),
      EditorState.readOnly.of(box.readOnly),
      ...(language ? [language()] : []),
    ],
  }),
});
box.hidden = true;
box.form.addEventListener('submit', () => {
  box.value = editor.state.doc.toString();
});
if (asked >= 1 && asked <= editor.state.doc.lines) {
  const at = editor.state.doc.line(asked);
  editor.dispatch({ selection: { anchor: at.from, head: at.to }, effects: EditorView.scrollIntoView(at.from, { y: 'center' }) });
  editor.focus();
}
