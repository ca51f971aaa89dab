// The server's check while drawing: asked a moment after the last change, shown as a list and, in a diagram, on the elements.
// Errors come first; a click leads to the element, cell or field, a fix is one click.
import { at, isDirty, later, page, question, save, say } from './page.js';
import { word } from './words.js';

let found = [];
let open = () => {};
let refill = null;
let text = null;

/**
 * Asks the check after each change: `written` gives the present text, `show` receives the problems of this file, `to` goes to one of
 * them, `replaced` puts another text of the file into the editor. Returns what to call after each change.
 */
export function checking(written, { show = () => {}, to = () => {}, replaced = null }) {
  open = to;
  text = written;
  refill = replaced;
  let asked = 0;
  const check = async () => {
    const number = ++asked;
    const line = at('check-state');
    line.textContent = word('正在检查……', 'Checking …');
    let answer;
    try {
      answer = await question(page.urls.check, { files: { [page.path]: await written() } });
    } catch (error) {
      if (number === asked) line.textContent = word('没有检查成（{why}）', 'Could not be checked ({why})', { why: error.message });
      return;
    }
    if (number !== asked) return; // a later question is on its way
    found = [...answer.problems].sort((one, other) => rank(one) - rank(other));
    summary();
    list();
    show(found.filter((problem) => problem.file === page.path));
  };
  for (const id of ['problem-kind', 'problem-words']) at(id).addEventListener('input', list);
  return later(check);
}

const rank = (problem) => (problem.severity === 'error' ? 0 : 1);

function summary() {
  const errors = found.filter((problem) => problem.severity === 'error').length;
  const counts = { errors, hints: found.length - errors };
  const line = at('check-state');
  if (errors) line.textContent = word('{errors} 处错误，{hints} 处提示', '{errors} errors, {hints} hints', counts);
  else if (found.length) line.textContent = word('可以部署，{hints} 处提示', 'Can be deployed, {hints} hints', counts);
  else line.textContent = word('检查通过，可以部署', 'Nothing found: it can be deployed');
  line.dataset.mood = errors ? 'bad' : found.length ? 'warn' : 'good';
}

/** Shows only what stands at an element; an empty id shows all again. */
export function only(id) {
  at('problem-words').value = id;
  list();
}

function list() {
  const kind = at('problem-kind').value;
  const asked = at('problem-words').value.trim().toLowerCase();
  const shown = found.filter((problem) => (!kind || problem.severity === kind || (kind === 'fix' && problem.fixes.length) || (kind === 'here' && problem.file === page.path))
    && (!asked || [problem.message, problem.element, problem.name, problem.code, problem.file].some((part) => (part || '').toLowerCase().includes(asked))));
  at('problems').replaceChildren(...shown.map(row));
}

function row(problem) {
  const line = document.createElement('li');
  line.className = `problem problem--${problem.severity}`;
  const here = problem.file === page.path;
  const button = document.createElement(here ? 'button' : 'a');
  if (here) {
    button.type = 'button';
    button.className = 'problem__go';
    button.addEventListener('click', () => open(problem));
  } else if (page.files.includes(problem.file)) {
    button.className = 'problem__go';
    button.href = `${page.urls.file.replace('__path__', encodeURI(problem.file))}?at=${encodeURIComponent(problem.element || '')}&line=${problem.line || ''}`;
  }
  button.append(tag(problem), words(problem.message), place(problem, here));
  button.title = problem.code;
  line.append(button, ...(here && page.writable && refill ? fixes(problem) : []));
  return line;
}

function fixes(problem) {
  return problem.fixes.map((fix) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button button--small problem__fix';
    button.textContent = fix.title;
    button.addEventListener('click', () => mend(fix, button));
    return button;
  });
}

/** One click: what is unsaved is saved, the server makes the change, the editor shows the new text. */
async function mend(fix, button) {
  const same = found.flatMap((problem) => problem.fixes).filter((other) => other.code === fix.code && other.element === fix.element);
  const choice = same.indexOf(fix) + 1;
  button.disabled = true;
  try {
    if (isDirty() && !(await save(await text()))) return;
    const done = await question(page.urls.fix.replace('__path__', encodeURI(page.path)), { code: fix.code, element: fix.element, choice, version: page.version });
    page.version = done.version;
    await refill(done.text);
    say(word('已修改：{what}（第 {n} 版）', 'Changed: {what} (version {n})', { what: fix.title, n: done.version }), 'good');
  } catch (error) {
    say(error.message, 'bad');
  } finally {
    button.disabled = false;
  }
}

function place(problem, here) {
  const note = document.createElement('span');
  note.className = 'problem__place';
  const line = problem.line && !here ? word('第 {n} 行', 'line {n}', { n: problem.line }) : '';
  note.textContent = [here ? '' : problem.file, line].filter(Boolean).join(' · ');
  return note;
}

function tag(problem) {
  const chip = document.createElement('span');
  chip.className = 'problem__mark';
  chip.textContent = problem.severity === 'error' ? word('错误', 'Error') : word('提示', 'Hint');
  return chip;
}

const words = (part) => document.createTextNode(part);
