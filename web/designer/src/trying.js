// An expression tried on sample data: the server evaluates it as a case would, within the same bounds.
import { at, page, question } from './page.js';
import { word } from './words.js';

/** Connects the dialog; `present()` gives the expression of what is selected. */
export function trying(present) {
  const text = at('try-text');
  at('try').addEventListener('click', () => {
    text.value = present() || text.value;
    at('try-data').value ||= JSON.stringify(Object.fromEntries(page.fields.map((name) => [name, null])), null, 1);
    at('try-dialog').showModal();
  });
  at('try-run').addEventListener('click', async () => {
    const line = at('try-result');
    try {
      const answer = await question(page.urls.evaluate, { text: text.value, values: data(at('try-data').value) });
      line.textContent = [answer.shown, ...answer.warnings].join('\n');
      line.dataset.mood = answer.warnings.length ? 'warn' : 'good';
    } catch (error) {
      line.textContent = error.message;
      line.dataset.mood = 'bad';
    }
  });
}

/** What was typed as sample data. Throws with a sentence when it is no JSON. */
export function data(text) {
  try {
    return JSON.parse(text.trim() || '{}');
  } catch {
    throw new Error(word('样例数据应为 JSON，如 {"amount": 100}', 'Sample data is JSON, such as {"amount": 100}'));
  }
}
