// The hall's own fields in the properties panel: window, form, condition, decision, called process, limit, what expiry means, stops, milestones,
// signatures, results. Groups of Camunda's panel that mean nothing here are not shown, those that are refused only while they hold something.
// They write plain candidateGroups/formRef attributes, camunda:properties and the timer's text: what any other modeler reads as well.
import {
  FeelTextAreaEntry, SelectEntry, TextAreaEntry, TextFieldEntry, isFeelEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { h } from '@bpmn-io/properties-panel/preact';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import choices from './dialect.json';
import { page } from './page.js';
import { word } from './words.js';

const NOTHING = { value: '', label: word('（无）', '(none)') };

const MEANINGLESS = new Set([
  'Form', 'AsynchronousContinuations', 'JobExecution', 'CandidateStarter', 'HistoryCleanup', 'Tasklist', 'ProcessVariables', 'BusinessKey', 'ExternalTask',
].map((name) => `CamundaPlatform__${name}`));
/** What the check refuses: shown so that it can be taken away, never offered anew. */
const REFUSED = new Set(['ExecutionListener', 'TaskListener', 'FieldInjection', 'ConnectorInput', 'ConnectorOutput'].map((name) => `CamundaPlatform__${name}`));
const CONDITION = 'CamundaPlatform__Condition';
const GROUP_FIRST = 1100; // above the providers of BPMN and Camunda, so that our group can be put on top

class DialectProvider {
  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(GROUP_FIRST - 1000, this);
  }

  getGroups(element) {
    return (groups) => {
      const entries = entriesOf(element);
      const shown = groups.filter((group) => isShown(group, element)).map(withoutAdding);
      if (!entries.length) return shown;
      const own = { id: 'yizhan', label: word('办事设置', 'Hall'), entries, shouldOpen: true };
      const after = shown.findIndex((group) => group.id === 'general') + 1;
      return [...shown.slice(0, after), own, ...shown.slice(after)];
    };
  }
}
DialectProvider.$inject = ['propertiesPanel'];

export default { __init__: ['yizhanDialect'], yizhanDialect: ['type', DialectProvider] };

function isShown(group, element) {
  if (group.id === CONDITION) return !is(element, 'bpmn:SequenceFlow'); // a flow's condition is among our own fields
  return !MEANINGLESS.has(group.id) && !(REFUSED.has(group.id) && !group.items?.length);
}

/** Entries of the assignment that decide nothing here: a limit is a boundary timer, urgency comes from it. */
const UNREAD = new Set(['dueDate', 'followUpDate', 'priority', 'candidateGroups']);

function withoutAdding(group) {
  if (REFUSED.has(group.id)) return { ...group, add: undefined };
  return group.id === 'CamundaPlatform__UserAssignment' ? { ...group, entries: group.entries.filter((entry) => !UNREAD.has(entry.id)) } : group;
}

function entriesOf(element) {
  if (element.type === 'label' || element.labelTarget) return [];
  const entries = [];
  if (is(element, 'bpmn:SequenceFlow') && isAny(element.source, ['bpmn:Gateway', 'bpmn:Activity'])) entries.push(conditionEntry());
  if (is(element, 'bpmn:BusinessRuleTask')) entries.push(decisionEntry());
  if (is(element, 'bpmn:CallActivity')) entries.push(calledEntry());
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
  select('window', word('办理窗口', 'Window'), groupsOf, (element, value, { modeling }) =>
    modeling.updateProperties(element, { ...Object.fromEntries(foreign(element, 'candidateGroups').map((name) => [name, undefined])), 'camunda:candidateGroups': value || undefined }),
  (element) => {
    const applicant = { value: 'applicant', label: word('申请人（办事入口）', 'Applicant (service entrance)') };
    const known = [NOTHING_BY_LANE, applicant, ...page.windows.map(named)];
    return withPresent(known, groupsOf(element), word('不在事项的窗口中', 'no window of the item'));
  });

const NOTHING_BY_LANE = { value: '', label: word('（按泳道名称）', '(by the name of the lane)') };

/** A choice of a code and its name. */
const named = ([value, name]) => ({ value, label: name && name !== value ? `${name}${word('（', ' (')}${value}${word('）', ')')}` : value });

/** The attributes of other vendors that say the same: of a diagram drawn elsewhere. */
const foreign = (element, name) => ['activiti', 'flowable'].map((vendor) => `${vendor}:${name}`).filter((each) => getBusinessObject(element).$attrs[each] !== undefined);

function groupsOf(element) {
  const owner = getBusinessObject(element);
  return owner.get('camunda:candidateGroups') || foreign(element, 'candidateGroups').map((name) => owner.$attrs[name])[0] || '';
}

const conditionEntry = () => ({ id: 'yizhan-condition', component: Condition, isEdited: isFeelEntryEdited });

const decisionEntry = () =>
  select('decision', word('决策', 'Decision'), (element) => getBusinessObject(element).get('camunda:decisionRef') || '',
    (element, value, { modeling }) => modeling.updateProperties(element, { 'camunda:decisionRef': value || undefined }),
    (element) => withPresent([NOTHING, ...page.decisions.map(named)], getBusinessObject(element).get('camunda:decisionRef'), word('包内没有此决策', 'no decision of the bundle')));

const calledEntry = () =>
  select('called', word('被调用流程', 'Called process'), (element) => getBusinessObject(element).get('calledElement') || '',
    (element, value, { modeling }) => modeling.updateProperties(element, { calledElement: value || undefined }),
    (element) => withPresent([NOTHING, ...page.processes.map(named)], getBusinessObject(element).get('calledElement'), word('包内没有此流程', 'no process of the bundle')));

const formEntry = () =>
  select('form', word('表单', 'Form'), (element) => formOf(element), (element, value, { modeling }) =>
    // the behaviours of camunda-bpmn-js take the other ways to name a form away
    modeling.updateProperties(element, value ? { 'camunda:formRef': value, 'camunda:formRefBinding': 'deployment' } : { 'camunda:formRef': undefined }),
  (element) => withPresent([NOTHING, ...page.forms.map((name) => ({ value: name, label: `${name}.form` }))], formOf(element), word('包内没有此表单', 'no form of the bundle')));

const formOf = (element) => getBusinessObject(element).get('camunda:formRef') || getBusinessObject(element).get('camunda:formKey') || '';

const signersEntry = () =>
  select('signers', word('签字人数', 'Signatures'), (element) => property(element, 'signers'), (element, value, tools) => setProperty(element, { signers: value }, tools),
    (element) => withPresent([{ value: '', label: word('一人', 'one person') }, ...[2, 3, 4, 5].map((count) => ({ value: String(count), label: word('{n} 人（须为不同人员）', '{n} different people', { n: count }) }))], property(element, 'signers')));

const notByEntry = () => ({
  id: 'yizhan-not_by',
  component: NotBy,
  isEdited: isSelectEntryEdited,
});

const stopEntry = () =>
  select('stop_kind', word('期限停走', 'Clock stops'), (element) => (property(element, 'clock') === 'stopped' ? property(element, 'stop_kind') || '?' : ''),
    (element, value, tools) => setProperty(element, { clock: value ? 'stopped' : '', stop_kind: value }, tools),
    (element) => {
      const known = [{ value: '', label: word('不停走', 'goes on') }, ...choices.stop_kind.map(([value, zh, en]) => ({ value, label: word('停走：{what}', 'stops: {what}', { what: word(zh, en) }) }))];
      return property(element, 'clock') === 'stopped' && !property(element, 'stop_kind') ? [...known, { value: '?', label: word('停走（未写种类）', 'stops (of no kind)') }] : known;
    },
    word('停走期间不计入任何期限；须在此环节上附一个边界计时。', 'While it is stopped no limit counts; the step needs a boundary timer.'));

const milestoneEntry = () => propertySelect('milestone', word('时间节点', 'Milestone'), word('办理期限从“受理”起算，到“决定”为止。', 'Limits run from acceptance to the decision.'));
const resultEntry = () => propertySelect('result', word('办理结果', 'Result'));
const expiryEntry = () => propertySelect('on_expiry', word('到期后', 'On expiry'));

const basisEntry = () => ({
  id: 'yizhan-basis',
  component: Basis,
  isEdited: isTextAreaEntryEdited,
});

const limitEntry = () =>
  text('limit', word('期限', 'Limit'), (element) => limitOf(element), setLimit, word('例：5个工作日、60日、2个工作小时、promise（承诺期限）、statutory（法定期限）、promise - 1个工作日', 'Such as 5个工作日 (working days), 60日 (days), 2个工作小时 (working hours), promise, statutory, promise - 1个工作日'),
    (value) => (value ? undefined : word('请填写期限', 'Give a limit')));

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
    label: word('依据', 'Legal basis'),
    description: word('到期视为通过、准予或准予延续的，必须写明法律依据。', 'What is deemed passed, granted or renewed on expiry must name its law.'),
    debounce: useService('debounceInput'),
    getValue: () => property(element, 'basis'),
    setValue: (value) => setProperty(element, { basis: value }, tools),
  });
}

function Condition({ element, id }) {
  const { modeling, factory } = useTools();
  return h(FeelTextAreaEntry, {
    element,
    id,
    feel: 'optional',
    label: word('条件', 'Condition'),
    description: word('以 = 开头的是 FEEL；也可写 ${…}。留空且不是默认流向时，检查会指出。', 'FEEL begins with =; ${…} is read as well.'),
    variables: page.fields.map((name) => ({ name })),
    debounce: useService('debounceInput'),
    getValue: () => getBusinessObject(element).get('conditionExpression')?.get('body') || '',
    setValue: (value) => {
      const owner = getBusinessObject(element);
      const expression = value ? factory.create('bpmn:FormalExpression', { body: value }) : undefined;
      if (expression) expression.$parent = owner;
      modeling.updateModdleProperties(element, owner, { conditionExpression: expression });
    },
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
    label: word('经办人回避', 'Not by'),
    description: word('办理过所选环节的人不得办理本环节。', 'Whoever worked the chosen step does not work this one.'),
    getValue: () => property(element, 'not_by'),
    setValue: (value) => setProperty(element, { not_by: value }, tools),
    getOptions: () => withPresent([NOTHING, ...tasks], property(element, 'not_by')),
  });
}

function useTools() {
  return { modeling: useService('modeling'), factory: useService('bpmnFactory') };
}

// reading and writing

const fixed = (known) => () => [NOTHING, ...known.map(([value, zh, en]) => ({ value, label: word(zh, en) }))];

function withPresent(known, value, remark) {
  if (!value || known.some((option) => option.value === value)) return known;
  return [...known, { value, label: remark ? `${value}${word('（', ' (')}${remark}${word('）', ')')}` : value }];
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
