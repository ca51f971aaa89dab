// The same house words for dmn-js.
import chinese from './words-dmn.json';
import { ENGLISH } from './words.js';

const words = ENGLISH ? {} : chinese;

export const dmnTranslate = {
  translate: ['value', (template, replacements = {}) =>
    (words[template] ?? template).replace(/{([^}]+)}/g, (whole, name) => replacements[name] ?? whole)],
};
