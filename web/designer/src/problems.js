// The server's check while drawing: asked a moment after the last change, shown as a list and, in a diagram, on the elements.
import { ask, at, later, page } from './page.js';

/** `text` gives the present text, `show` receives the problems of this file. Returns what to call after each change. */
export function checking(text, show) {
  let asked = 0;
  const check = async () => {
    const number = ++asked;
    const line = at('check-state');
    line.textContent = '正在检查……';
    let found;
    try {
      const answer = await ask(page.urls.check, {
        method: 'POST',
        body: JSON.stringify({ files: { [page.path]: await text() } }),
        headers: { 'Content-Type': 'application/json' },
      });
      if (!answer.ok) throw new Error(`状态 ${answer.status}`);
      found = await answer.json();
    } catch (error) {
      if (number === asked) line.textContent = `没有检查成（${error.message}）`;
      return;
    }
    if (number !== asked) return; // a later question is on its way
    summary(found.problems);
    show(found.problems.filter((problem) => problem.file === page.path), found.problems);
  };
  return later(check);
}

function summary(problems) {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const line = at('check-state');
  line.textContent = errors ? `${errors} 处错误，${problems.length - errors} 处提示` : problems.length ? `可以部署，${problems.length} 处提示` : '检查通过，可以部署';
  line.dataset.mood = errors ? 'bad' : problems.length ? 'warn' : 'good';
}

/** The list under the drawing. `open(problem)` is called for a click on a problem of this file; others lead to their file. */
export function list(problems, open) {
  const box = at('problems');
  box.replaceChildren(...problems.map((problem) => row(problem, open)));
}

function row(problem, open) {
  const line = document.createElement('li');
  line.className = `problem problem--${problem.severity}`;
  const here = problem.file === page.path;
  const button = document.createElement(here ? 'button' : 'a');
  if (here) {
    button.type = 'button';
    button.addEventListener('click', () => open(problem));
  } else if (page.files.includes(problem.file)) {
    button.href = page.urls.file.replace('__path__', encodeURI(problem.file));
  }
  button.append(tag(problem), words(problem.message));
  button.title = `${problem.code}${problem.line ? ` · 第 ${problem.line} 行` : ''}${here ? '' : ` · ${problem.file}`}`;
  line.append(button);
  return line;
}

function tag(problem) {
  const chip = document.createElement('span');
  chip.className = 'problem__mark';
  chip.textContent = problem.severity === 'error' ? '错误' : '提示';
  return chip;
}

const words = (text) => document.createTextNode(text);
