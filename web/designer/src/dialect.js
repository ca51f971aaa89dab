// The hall's own fields in the properties panel: window, form, limit, what expiry means, stops, milestones, signatures, results.
// They write plain candidateGroups/formRef attributes, camunda:properties and the timer's text: what any other modeler reads as well.
import { SelectEntry, TextAreaEntry, TextFieldEntry, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { h } from '@bpmn-io/properties-panel/preact';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import choices from './dialect.json';
import { page } from './page.js';

const NOTHING = { value: '', label: '（无）' };
const GROUP_FIRST = 1100; // above the providers of BPMN and Camunda, so that our group can be put on top

class DialectProvider {
  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(GROUP_FIRST - 1000, this);
  }

  getGroups(element) {
    return (groups) => {
      const entries = entriesOf(element);
      if (!entries.length) return groups;
      const own = { id: 'yizhan', label: '办事设置', entries, shouldOpen: true };
      const after = groups.findIndex((group) => group.id === 'general') + 1;
      return [...groups.slice(0, after), own, ...groups.slice(after)];
    };
  }
}
DialectProvider.$inject = ['propertiesPanel'];

export default { __init__: ['yizhanDialect'], yizhanDialect: ['type', DialectProvider] };

function entriesOf(element) {
  if (element.type === 'label' || element.labelTarget) return [];
  const entries = [];
  if (is(element, 'bpmn:UserTask')) entries.push(windowEntry(), formEntry(), signersEntry(), notByEntry());
  if (isAny(element, ['bpmn:UserTask', 'bpmn:ManualTask', 'bpmn:ReceiveTask', 'bpmn:CallActivity', 'bpmn:SubProcess'])) entries.push(stopEntry());
  if (is(element, 'bpmn:BoundaryEvent') && timerOf(element)) entries.push(limitEntry(), expiryEntry(), basisEntry());
  if (is(element, 'bpmn:IntermediateCatchEvent') && timerOf(element)) entries.push(limitEntry());
  if (isAny(element, ['bpmn:Activity', 'bpmn:Event']) && !is(element, 'bpmn:BoundaryEvent')) entries.push(milestoneEntry());
  if (is(element, 'bpmn:EndEvent')) entries.push(resultEntry());
  return entries;
}

// entries

const select = (id, label, getValue, setValue, options, description) => ({
  id: `yizhan-${id}`,
  component: Select,
  isEdited: isSelectEntryEdited,
  label,
  getValue,
  setValue,
  options,
  description,
});

const text = (id, label, getValue, setValue, description, validate) => ({
  id: `yizhan-${id}`,
  component: Text,
  isEdited: isTextFieldEntryEdited,
  label,
  getValue,
  setValue,
  description,
  validate,
});

const propertySelect = (name, label, description) =>
  select(name, label, (element) => property(element, name), (element, value, tools) => setProperty(element, { [name]: value }, tools), fixed(choices[name]), description);

const windowEntry = () =>
  select('window', '办理窗口', (element) => getBusinessObject(element).get('camunda:candidateGroups') || '', (element, value, { modeling }) =>
    modeling.updateProperties(element, { 'camunda:candidateGroups': value || undefined }),
  (element) => {
    const known = [NOTHING_BY_LANE, { value: 'applicant', label: '申请人（办事入口）' }, ...page.windows.map(([value, name]) => ({ value, label: `${name}（${value}）` }))];
    return withPresent(known, getBusinessObject(element).get('camunda:candidateGroups'), '不在事项的窗口中');
  });

const NOTHING_BY_LANE = { value: '', label: '（按泳道名称）' };

const formEntry = () =>
  select('form', '表单', (element) => formOf(element), (element, value, { modeling }) =>
    // the behaviours of camunda-bpmn-js take the other ways to name a form away
    modeling.updateProperties(element, value ? { 'camunda:formRef': value, 'camunda:formRefBinding': 'deployment' } : { 'camunda:formRef': undefined }),
  (element) => withPresent([NOTHING, ...page.forms.map((name) => ({ value: name, label: `${name}.form` }))], formOf(element), '包内没有此表单'));

const formOf = (element) => getBusinessObject(element).get('camunda:formRef') || getBusinessObject(element).get('camunda:formKey') || '';

const signersEntry = () =>
  select('signers', '签字人数', (element) => property(element, 'signers'), (element, value, tools) => setProperty(element, { signers: value }, tools),
    (element) => withPresent([{ value: '', label: '一人' }, ...[2, 3, 4, 5].map((count) => ({ value: String(count), label: `${count} 人（须为不同人员）` }))], property(element, 'signers')));

const notByEntry = () => ({
  id: 'yizhan-not_by',
  component: NotBy,
  isEdited: isSelectEntryEdited,
});

const stopEntry = () =>
  select('stop_kind', '期限停走', (element) => (property(element, 'clock') === 'stopped' ? property(element, 'stop_kind') || '?' : ''),
    (element, value, tools) => setProperty(element, { clock: value ? 'stopped' : '', stop_kind: value }, tools),
    (element) => {
      const known = [{ value: '', label: '不停走' }, ...choices.stop_kind.map(([value, label]) => ({ value, label: `停走：${label}` }))];
      return property(element, 'clock') === 'stopped' && !property(element, 'stop_kind') ? [...known, { value: '?', label: '停走（未写种类）' }] : known;
    },
    '停走期间不计入任何期限；须在此环节上附一个边界计时。');

const milestoneEntry = () => propertySelect('milestone', '时间节点', '办理期限从“受理”起算，到“决定”为止。');
const resultEntry = () => propertySelect('result', '办理结果');
const expiryEntry = () => propertySelect('on_expiry', '到期后');

const basisEntry = () => ({
  id: 'yizhan-basis',
  component: Basis,
  isEdited: isTextAreaEntryEdited,
});

const limitEntry = () =>
  text('limit', '期限', (element) => limitOf(element), setLimit, '例：5个工作日、60日、2个工作小时、promise（承诺期限）、statutory（法定期限）、promise - 1个工作日',
    (value) => (value ? undefined : '请填写期限'));

// components

function Select({ element, id, label, getValue, setValue, options, description }) {
  const tools = useTools();
  const translate = useService('translate');
  return h(SelectEntry, {
    element,
    id,
    label: translate(label),
    description,
    getValue: () => getValue(element),
    setValue: (value) => setValue(element, value, tools),
    getOptions: () => options(element),
  });
}

function Text({ element, id, label, getValue, setValue, description, validate }) {
  const tools = useTools();
  return h(TextFieldEntry, {
    element,
    id,
    label,
    description,
    validate,
    debounce: useService('debounceInput'),
    getValue: () => getValue(element),
    setValue: (value, problem) => problem || setValue(element, value, tools),
  });
}

function Basis({ element, id }) {
  const tools = useTools();
  return h(TextAreaEntry, {
    element,
    id,
    label: '依据',
    description: '到期视为通过、准予或准予延续的，必须写明法律依据。',
    debounce: useService('debounceInput'),
    getValue: () => property(element, 'basis'),
    setValue: (value) => setProperty(element, { basis: value }, tools),
  });
}

function NotBy({ element, id }) {
  const tools = useTools();
  const registry = useService('elementRegistry');
  const own = getBusinessObject(element).id;
  const tasks = registry
    .filter((other) => is(other, 'bpmn:UserTask') && !other.labelTarget && getBusinessObject(other).id !== own)
    .map((other) => getBusinessObject(other))
    .map((task) => ({ value: task.id, label: task.name || task.id }));
  return h(SelectEntry, {
    element,
    id,
    label: '经办人回避',
    description: '办理过所选环节的人不得办理本环节。',
    getValue: () => property(element, 'not_by'),
    setValue: (value) => setProperty(element, { not_by: value }, tools),
    getOptions: () => withPresent([NOTHING, ...tasks], property(element, 'not_by')),
  });
}

function useTools() {
  return { modeling: useService('modeling'), factory: useService('bpmnFactory') };
}

// reading and writing

const fixed = (known) => () => [NOTHING, ...known.map(([value, label]) => ({ value, label }))];

function withPresent(known, value, remark) {
  if (!value || known.some((option) => option.value === value)) return known;
  return [...known, { value, label: remark ? `${value}（${remark}）` : value }];
}

function propertiesOf(element) {
  const extensions = getBusinessObject(element).get('extensionElements');
  return extensions?.get('values').find((value) => is(value, 'camunda:Properties'));
}

export function property(element, name) {
  const found = propertiesOf(element)?.get('values').find((entry) => entry.get('name') === name);
  return found?.get('value') || '';
}

/** Sets camunda:properties (an empty value takes one away) as one step that can be undone. */
export function setProperty(element, changes, { modeling, factory }) {
  const owner = getBusinessObject(element);
  const old = owner.get('extensionElements');
  const present = propertiesOf(element);
  const kept = (present?.get('values') || []).filter((entry) => !(entry.get('name') in changes));
  const set = Object.entries(changes).filter(([, value]) => value);
  const entries = [...kept, ...set.map(([name, value]) => factory.create('camunda:Property', { name, value }))];
  const others = (old?.get('values') || []).filter((value) => value !== present);
  const values = entries.length ? [...others, factory.create('camunda:Properties', { values: entries })] : others;
  const extensions = values.length ? factory.create('bpmn:ExtensionElements', { values }) : undefined;
  if (extensions) {
    extensions.$parent = owner;
    for (const value of values) value.$parent = extensions;
    for (const entry of entries) entry.$parent = values.at(-1);
  }
  modeling.updateModdleProperties(element, owner, { extensionElements: extensions });
}

const timerOf = (element) => (getBusinessObject(element).get('eventDefinitions') || []).find((definition) => is(definition, 'bpmn:TimerEventDefinition'));

const KINDS = ['timeDuration', 'timeDate', 'timeCycle'];

function limitOf(element) {
  const timer = timerOf(element);
  const kind = KINDS.find((name) => timer.get(name));
  return kind ? timer.get(kind).get('body') || '' : '';
}

/** A limit is a duration unless the timer already says date or cycle. */
function setLimit(element, value, { modeling, factory }) {
  const timer = timerOf(element);
  const kind = KINDS.find((name) => timer.get(name)) || 'timeDuration';
  const expression = value ? factory.create('bpmn:FormalExpression', { body: value }) : undefined;
  if (expression) expression.$parent = timer;
  modeling.updateModdleProperties(element, timer, { [kind]: expression });
}
