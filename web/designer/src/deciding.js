// A decision tried on values: the server decides as a case would; the rules that hold are marked in the table.
import { at, page, question } from './page.js';
import { data } from './trying.js';
import { word } from './words.js';

/** Connects the dialog with the modeler's present table; `xml` gives its text, saved or not. */
export function deciding(modeler, xml) {
  at('try').addEventListener('click', () => {
    const logic = decision(modeler)?.decisionLogic;
    const names = (logic?.input || []).map((column) => column.inputExpression?.text).filter(Boolean);
    at('try-data').value ||= JSON.stringify(Object.fromEntries(names.map((name) => [name, null])), null, 1);
    at('try-dialog').showModal();
  });
  at('try-run').addEventListener('click', async () => {
    const line = at('try-result');
    mark([]);
    try {
      const asked = { decision: decision(modeler)?.id, values: data(at('try-data').value), text: await xml() };
      const answer = await question(page.urls.decide, asked);
      const rules = answer.rules.map((rule) => word('第 {n} 条', 'rule {n}', { n: rule.number }));
      line.textContent = `${answer.shown}\n${rules.length ? word('命中：{rules}', 'Hit: {rules}', { rules: rules.join(word('、', ', ')) }) : word('没有规则命中', 'No rule holds')}`;
      line.dataset.mood = rules.length ? 'good' : 'warn';
      mark(answer.rules.map((rule) => rule.id));
    } catch (error) {
      line.textContent = error.message;
      line.dataset.mood = 'bad';
    }
  });
}

/** The decision of the present view; of the requirements' view the only one. */
function decision(modeler) {
  const shown = modeler.getActiveView()?.element;
  const views = modeler.getViews().filter((view) => view.type !== 'drd');
  return shown?.$type === 'dmn:Decision' ? shown : views[0]?.element;
}

function mark(ids) {
  for (const cell of at('canvas').querySelectorAll('.is-hit')) cell.classList.remove('is-hit');
  for (const id of ids) for (const cell of at('canvas').querySelectorAll(`[data-row-id="${CSS.escape(id)}"]`)) cell.classList.add('is-hit');
}
