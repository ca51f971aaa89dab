// Everything the modeler shows goes through here: the community's Chinese, then our own additions, which win. English is its own language.
import bpmn from 'bpmn-js-i18n-zh/lib/bpmn-js';
import camunda from 'bpmn-js-i18n-zh/lib/camunda-properties-panel';
import panel from 'bpmn-js-i18n-zh/lib/properties-panel';
import own from './words.json';
import { ENGLISH } from './words.js';

const words = ENGLISH ? {} : { ...bpmn, ...panel, ...camunda, ...own };

export function translate(template, replacements = {}) {
  return (words[template] ?? template).replace(/{([^}]+)}/g, (whole, name) => {
    const value = replacements[name];
    return value === undefined ? whole : words[value] ?? value;
  });
}

export default { translate: ['value', translate] };
