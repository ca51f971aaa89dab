// Everything the modeler shows goes through here: the community's Chinese, then our own additions, which win.
import bpmn from 'bpmn-js-i18n-zh/lib/bpmn-js';
import camunda from 'bpmn-js-i18n-zh/lib/camunda-properties-panel';
import panel from 'bpmn-js-i18n-zh/lib/properties-panel';
import own from './words.json';

const words = { ...bpmn, ...panel, ...camunda, ...own };

export function translate(template, replacements = {}) {
  const chinese = words[template] ?? template;
  return chinese.replace(/{([^}]+)}/g, (whole, name) => {
    const value = replacements[name];
    return value === undefined ? whole : words[value] ?? value;
  });
}

export default { translate: ['value', translate] };
