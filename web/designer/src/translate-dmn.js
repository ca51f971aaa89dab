// The same house words for dmn-js.
import words from './words-dmn.json';

export const dmnTranslate = {
  translate: ['value', (template, replacements = {}) =>
    (words[template] ?? template).replace(/{([^}]+)}/g, (whole, name) => replacements[name] ?? whole)],
};
