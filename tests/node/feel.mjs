// Evaluates FEEL with @bpmn-io/feelin, one JSON object per line on standard input:
//   {"id": 1, "expression": "a + 1", "context": {"a": 1}}        an expression
//   {"id": 2, "unary": "> 5", "context": {"?": 7}}               unary tests of the input "?"
// and answers one JSON object per line: {"id", "value"} or {"id", "error": "syntax" | "runtime", "message"}.
// Values that JSON does not have are written as {"$": kind, "text": ISO 8601}.
import { createInterface } from 'node:readline';
import { DateTime, Duration } from 'luxon';
import { evaluate, unaryTest, SyntaxError as FeelSyntaxError } from '@bpmn-io/feelin';

function plain(value) {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $: 'number', text: String(value) };
  if (DateTime.isDateTime(value) || Duration.isDuration(value)) {
    return { $: DateTime.isDateTime(value) ? 'date' : 'duration', text: evaluate('string(x)', { x: value }).value };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'function') return { $: 'function' };
  if (typeof value === 'object') {
    if ('start included' in value) {
      return { $: 'range', start: plain(value.start), end: plain(value.end),
        included: [ value['start included'], value['end included'] ] };
    }
    if (typeof value.fn === 'function') return { $: 'function' };
    return Object.fromEntries(Object.entries(value).map(([ key, entry ]) => [ key, plain(entry) ]));
  }
  return value;
}

function answer({ id, expression, unary, context }) {
  try {
    const { value } = unary === undefined ? evaluate(expression, context || {}) : unaryTest(unary, context || {});
    return { id, value: plain(value) };
  } catch (error) {
    return { id, error: error instanceof FeelSyntaxError ? 'syntax' : 'runtime', message: String(error.message) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
}
