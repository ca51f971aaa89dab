// Chinese for strings that the libraries have built in and do not send through `translate`. Applied while building; pins are exact, so
// a text that is no longer there means that a library was changed and this file has to be looked at again.
import { readFileSync } from 'node:fs';

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url)));
const form = read('./words-form.json');
const decision = read('./words-dmn.json');
const panel = read('./words.json');

/** What is replaced whatever the language: inline styles the content policy forbids. */
const ALWAYS = [['<div style="height: 100%" tabindex', '<div tabindex']];

/** Exact replacements by the end of a file's path. */
const EXACT = {
  'bpmn-js-properties-panel/dist/index.esm.js': ALWAYS,
  'bpmn-js-element-templates/dist/index.esm.js': [['title: "Select a template"', 'title: "选择模板"'], ['title: "Toggle section"', 'title: "展开或收起此栏"']],
  '@bpmn-io/form-js-editor/dist/index.es.js': [
    ['`Create ${getIndefiniteArticle(type)} ${label} element`', '`新增${label}`'],
    ['`Remove ${entry.label}`', '`移除${entry.label}`'],
    ['`Minimum ${MIN_COLUMNS} columns are allowed`', '`至少 ${MIN_COLUMNS} 列`'],
    ['`Maximum ${MAX_COLUMNS} columns are allowed`', '`最多 ${MAX_COLUMNS} 列`'],
    ['`New value exceeds the maximum of ${MAX_COLUMNS_PER_ROW} columns per row`', '`每行最多 ${MAX_COLUMNS_PER_ROW} 列`'],
    ['`Maximum ${MAX_FIELDS_PER_ROW} fields per row are allowed`', '`每行最多 ${MAX_FIELDS_PER_ROW} 个字段`'],
    ["let label = 'Hide if'", "let label = '隐藏条件'"],
    ["label = 'Deactivate if'", "label = '停用条件'"],
    ["'Condition under which the field is hidden'", "'条件成立时隐藏此字段'"],
    ["'Condition under which the field is deactivated'", "'条件成立时停用此字段'"],
    ['"Supports markdown and templating."', '"支持 Markdown 和 {{变量}}。"'],
    ["`Click to ${active ? 'remove' : 'set a'} dynamic value with FEEL expression`", "`点击改用${active ? '固定值' : ' FEEL 表达式'}`"],
    ["`List contains {numOfItems} item${items.length != 1 ? 's' : ''}`", '`共 {numOfItems} 项`'],
  ],
  '@bpmn-io/form-js-viewer/dist/index.es.js': [
    ['`Field must match pattern ${validation.pattern}.`', '`格式应为 ${validation.pattern}。`'],
    ['`Field must have minimum value of ${validation.min}.`', '`不得小于 ${validation.min}。`'],
    ['`Field must have maximum value of ${validation.max}.`', '`不得大于 ${validation.max}。`'],
    ['`Field must have minimum length of ${validation.minLength}.`', '`至少 ${validation.minLength} 字。`'],
    ['`Field must have maximum length of ${validation.maxLength}.`', '`最多 ${validation.maxLength} 字。`'],
    ["'Field must be a valid  international phone number. (e.g. +4930664040900)'", "'应为国际格式的电话号码。'"],
    ["'Field must be a valid email.'", "'应为电子邮箱。'"],
  ],
  '@bpmn-io/properties-panel/dist/index.esm.js': [
    ["`List contains {numOfItems} item${items.length != 1 ? 's' : ''}`", '`共 {numOfItems} 项`'],
    ["`Click to ${active ? 'remove' : 'set a'} dynamic value with FEEL expression`", "`点击改用${active ? '固定值' : ' FEEL 表达式'}`"],
  ],
  'dmn-js-decision-table/lib/features/drag-and-drop/DragAndDrop.js': [["`Move ${isInput(col) ? 'Input' : 'Output'}`", "`移动${isInput(col) ? '输入列' : '输出列'}`"]],
  'dmn-js-decision-table/lib/features/hit-policy/HitPolicies.js': [],
};

const LITERAL = /((?:\b(?:label|title|children|placeholder|description|text|tooltip|name|closeButtonTooltip|explanation)|\]): |\breturn |\btranslate\()(['"])((?:\\.|(?!\2).)*)\2/g;

/** Files whose literals are looked up in a dictionary. */
const LITERALS = [[/form-js-(editor|viewer)\/dist/, form], [/hit-policy\/HitPolicies\.js$/, decision], [/@bpmn-io\/properties-panel\/dist/, panel]];

/** The library's source in its own words, with what the content policy needs. */
export function inEnglish(source, path) {
  return path.replaceAll('\\', '/').endsWith('bpmn-js-properties-panel/dist/index.esm.js') ? ALWAYS.reduce((text, [from, to]) => text.replaceAll(from, to), source) : source;
}

/** The library's source in Chinese; `files` says which sources have anything to replace. */
export const files = Object.keys(EXACT);

export function inChinese(source, path) {
  let text = source;
  for (const [file, pairs] of Object.entries(EXACT)) {
    if (!path.replaceAll('\\', '/').endsWith(file)) continue;
    for (const [from, to] of pairs) {
      if (!text.includes(from)) throw new Error(`Expected ${from} in ${file}, but it is not there`);
      text = text.replaceAll(from, to);
    }
  }
  const words = LITERALS.find(([file]) => file.test(path.replaceAll('\\', '/')))?.[1];
  if (!words) return text;
  return text.replace(LITERAL, (whole, before, quote, english) => {
    const chinese = words[english.replaceAll(`\\${quote}`, quote)];
    return chinese === undefined ? whole : before + JSON.stringify(chinese);
  });
}
