"""Rules about events, tasks, loops, expressions and timers."""

from engine.bpmn.problem import rule

EVENT_UNSUPPORTED = rule(
    'EVENT_UNSUPPORTED',
    'error',
    '{it} 在此处不支持 {kind} 事件：{why}',
    '{it}: a {kind} event is not supported here: {why}',
    'Each event type is supported in the positions where it runs exactly as BPMN says; the others are refused by name.',
)
EVENT_MULTIPLE = rule(
    'EVENT_MULTIPLE',
    'error',
    '{it} 的多个事件定义不能这样组合：{why}',
    'The event definitions of {it} cannot be combined like this: {why}',
    'Of several definitions a catching event waits for any, with parallelMultiple for all; a throwing event throws each '
    '(BPMN 2.0.2 §10.5.5).',
)
EVENT_EMPTY = rule(
    'EVENT_EMPTY',
    'error',
    '{it} 没有说明等待什么',
    '{it} does not say what it waits for',
    'An intermediate catching or boundary event needs an event definition.',
)
REFERENCE_MISSING = rule(
    'REFERENCE_MISSING',
    'error',
    '{it} 没有指明{kind}（{attribute}）',
    '{it} does not name its {kind} ({attribute})',
    'Messages, signals, errors and escalations are declared once and named by the events that use them.',
)
REFERENCE_MISSING_LONE = rule(
    'REFERENCE_MISSING_LONE',
    'warning',
    '{it} 没有指明{kind}（{attribute}），待补充；补充前按“{called}”收发',
    '{it} does not name its {kind} ({attribute}), which is to be supplied; until then it is called {called}',
    'In a bundle with an item this is the error REFERENCE_MISSING; a lone diagram may be tried out before its messages are agreed.',
)
CODE_MISSING = rule(
    'CODE_MISSING',
    'error',
    '{it} 抛出的{kind}“{found}”没有代码',
    'The {kind} "{found}" thrown by {it} has no code',
    'Whoever throws an error or escalation says which by its code (BPMN 2.0.2 §10.5.5); a click takes the name for it.',
)
REFERENCE_BY_CODE = rule(
    'REFERENCE_BY_CODE',
    'warning',
    '{it} 引用的错误“{found}”没有声明，按错误代码“{found}”处理',
    'The error "{found}" that {it} refers to is not declared; it is taken for the error code "{found}"',
    'Activiti and Flowable write the code itself as `errorRef`. A click declares the error.',
)
TO_BE_SUPPLIED = rule(
    'TO_BE_SUPPLIED',
    'warning',
    '{it} 需要的{kind}“{found}”不在此文件中，须由事项包补充',
    'The {kind} "{found}" that {it} needs is not in this file; the bundle of the item supplies it',
    'A lone diagram is judged without what a bundle brings. In a bundle with an item it is the error DECISION_UNKNOWN or CALL_UNKNOWN.',
)
SENTENCE = rule(
    'SENTENCE',
    'error',
    '{it} 的{place}“{found}”是一句话，不是表达式，待补充',
    'The {place} "{found}" of {it} is a sentence, not an expression; it is to be supplied',
    'BPMN allows a condition in natural language, for people (§8.4.7); nothing evaluates it. Where it is the name of a variable, say so.',
)
REFERENCE_UNKNOWN = rule(
    'REFERENCE_UNKNOWN',
    'error',
    '{it} 引用的{kind}“{found}”不存在',
    'The {kind} "{found}" that {it} refers to does not exist',
    'The definition with that id is missing from the file.',
)
DEFINITION_NAMELESS = rule(
    'DEFINITION_NAMELESS',
    'error',
    '{it} 使用的{kind} {found} 没有名称或代码',
    'The {kind} {found} used by {it} has no name or code',
    'A message or signal is matched by name, an error or escalation by code.',
)
ERROR_NOT_INTERRUPTING = rule(
    'ERROR_NOT_INTERRUPTING',
    'error',
    '错误边界事件 {it} 必须是中断型',
    'The error boundary event {it} must be interrupting',
    'An activity that failed cannot go on (BPMN 2.0.2 §10.5.4).',
)
ERROR_UNCAUGHT = rule(
    'ERROR_UNCAUGHT',
    'error',
    '错误结束事件 {it}（代码 {found}）在子流程中抛出，外层没有边界事件接住',
    'The error end event {it} (code {found}) in a subprocess is caught by no boundary event around it',
    'SpiffWorkflow would go on along the normal flow as if nothing had happened.',
)
TIMER_EMPTY = rule(
    'TIMER_EMPTY',
    'error',
    '定时事件 {it} 没有写期限',
    'The timer event {it} has no limit',
    'Write the limit as duration, date or cycle: `5个工作日`, `promise`, `PT2H`, `2026-11-01`.',
)
TIMER_LIMIT_UNREADABLE = rule(
    'TIMER_LIMIT_UNREADABLE',
    'error',
    '{it} 的期限无法识别：{why}',
    'The limit of {it} cannot be read: {why}',
    'A limit nobody understands would be a promise nobody keeps.',
)
TIMER_REPEAT_MISPLACED = rule(
    'TIMER_REPEAT_MISPLACED',
    'warning',
    '{it} 的期限“{found}”写作重复，但此处只在第一次到期时触发一次',
    'The limit "{found}" of {it} repeats, but here it fires only once, when it is first due',
    'An interrupting or intermediate timer fires once; its activity is over then (BPMN 2.0.2 §10.5.2).',
)
TIMER_OVER = rule(
    'TIMER_OVER',
    'error',
    '{it} 的期限“{found}”在 {last} 已全部过去，不会再触发',
    'The limit "{found}" of {it} was over on {last}; it never fires again',
    'The start of a repetition sets its rhythm; occurrences before a timer begins to wait are not made up for.',
)
TIMER_START_UNCOUNTED = rule(
    'TIMER_START_UNCOUNTED',
    'error',
    '开始事件 {it} 的期限“{found}”无从起算：{why}',
    'The limit "{found}" of the start event {it} cannot be counted: {why}',
    'A process that starts by a timer is counted from when its version comes into force; no case and no data are there yet.',
)
TIMER_ROUNDED = rule(
    'TIMER_ROUNDED',
    'warning',
    '{it} 的期限“{found}”间隔不足一分钟，按一分钟执行',
    'The limit "{found}" of {it} repeats within a minute; it is run once a minute',
    'Timers are for people; nothing happens more often than once a minute.',
)
TIMER_BY_WEEKDAYS = rule(
    'TIMER_BY_WEEKDAYS',
    'warning',
    '{it} 的期限“{found}”即{words}：法定节假日也触发，调休上班的周末不触发；按工作日请写 R/1个工作日',
    'The limit "{found}" of {it} means {words}, public holidays too, worked weekends not; for working days write R/1 workday',
    'Cron knows weekdays only; the calendar of the hall moves working days.',
)
EXPRESSION_UNREADABLE = rule(
    'EXPRESSION_UNREADABLE',
    'error',
    '{it} 的{place}“{found}”有语法错误：{why}',
    'The {place} "{found}" of {it} does not parse: {why}',
    'Expressions are FEEL and compiled at deployment: a mistake is found now, not when a case arrives.',
)
CONDITION_NEVER_TRUE = rule(
    'CONDITION_NEVER_TRUE',
    'error',
    '{it} 的{place}“{text}”既不为真也不为假：对任何办件都是 {found}',
    'The {place} "{text}" of {it} is neither true nor false: for every case it is {found}',
    'A condition compares something. One without any variable that is a text or a number stops every case that comes there, one that is '
    'null never holds; usually quotes or braces are misplaced.',
)
EXPRESSION_TYPE = rule(
    'EXPRESSION_TYPE',
    'error',
    '{it} 的{place}“{text}”应是{wanted}，而“{field}”是{kind}',
    'Expected the {place} "{text}" of {it} to be {wanted}, but {field} is {kind}',
    'What forms, scripts and decisions write has a type. A text or a number alone is no condition, as in Camunda 7 and Flowable: compare '
    'it with something. A collection is a list.',
)
TYPE_MISMATCH = rule(
    'TYPE_MISMATCH',
    'error',
    '{it} 的{place}“{text}”永远不成立：“{field}”是{kind}，{other} 是{other_kind}',
    'The {place} "{text}" of {it} can never be true: {field} is {kind}, {other} is {other_kind}',
    'Values of different kinds are never equal and have no order (DMN 1.3, table 42). Write the value as what the field holds, convert the '
    'field (`number(days)`), or change its type in the form.',
)
TYPE_COERCED = rule(
    'TYPE_COERCED',
    'warning',
    '{it} 的{place}“{text}”把{kind}字段“{field}”与{other_kind} {other} 比较：按 JUEL 的规则转换，不能转换时停在此处',
    'The {place} "{text}" of {it} compares {field}, {kind}, with {other}, {other_kind}: JUEL converts it or stops the case',
    'In `${…}` a text beside a number is read as a number, and beside a truth value as a truth value (EL 2.2 §1.8). Better give the field '
    'that type.',
)
LANGUAGE_UNSUPPORTED = rule(
    'LANGUAGE_UNSUPPORTED',
    'error',
    '{it} 的{place}用 {found} 编写，只支持 FEEL：请改写为表达式或赋值',
    'The {place} of {it} is written in {found}; only FEEL is supported: write an expression or assignments',
    'No program code from a bundle is ever run.',
)
FUNCTION_UNKNOWN = rule(
    'FUNCTION_UNKNOWN',
    'error',
    '{it} 的{place}调用了不存在的函数 {found}{near}',
    'The {place} of {it} calls {found}, which does not exist{near}',
    'Besides the built-in functions of FEEL there are only those the office provides, and in `${…}` the methods of texts, lists and maps '
    'that `docs/reference/expressions.md` lists. There are no beans.',
)
FIELD_UNKNOWN = rule(
    'FIELD_UNKNOWN',
    'error',
    '{it} 的{place}使用了“{found}”，但没有任何表单、脚本或步骤写入它{near}',
    'The {place} of {it} uses "{found}", which no form, script or step writes{near}',
    'It is unknown in every case, and an unknown name is an incident; usually a misspelt field. What a case is given from outside is named '
    'by the property `variables` of the process.',
)
FIELD_PERHAPS_UNKNOWN = rule(
    'FIELD_PERHAPS_UNKNOWN',
    'warning',
    '{it} 的{place}使用了“{found}”，没有表单、脚本或步骤写明会写入它，只有 {writers} 可能写入{near}',
    'The {place} of {it} uses "{found}", which no form, script or step is known to write; only {writers} could{near}',
    'A message, a signal, a called process or a handler without result variable can write anything, if it comes before. Name what it '
    'writes in the property `variables` of the process, or by a result variable or a mapping.',
)
FIELD_UNKNOWN_LONE = rule(
    'FIELD_UNKNOWN_LONE',
    'warning',
    '{it} 的{place}使用了“{found}”，本文件中没有写入它的表单、脚本或步骤，需另行提供{near}',
    'The {place} of {it} uses "{found}", which no form, script or step of this file writes: it is to be supplied{near}',
    'A lone diagram may get its variables from forms and callers it does not hold. Each name is told once.',
)
TEXT_NAME_UNKNOWN = rule(
    'TEXT_NAME_UNKNOWN',
    'warning',
    '{it} 的表单文字使用了“{found}”，但没有任何表单、脚本或步骤写入它',
    'A text in the form of {it} uses "{found}", which no form, script or step writes',
    'The text would be blank for every case; usually a misspelt field.',
)
PARALLEL_WRITES = rule(
    'PARALLEL_WRITES',
    'warning',
    '并行分支都写入“{found}”（{first} 与 {second}），后完成的覆盖先完成的',
    'Parallel branches write the same field "{found}" ({first} and {second}); the last one to finish wins',
    'Give each branch its own field, or let one step after the join decide.',
)
SCRIPT_EMPTY = rule(
    'SCRIPT_EMPTY',
    'error',
    '脚本任务 {it} 没有脚本',
    'The script task {it} has no script',
    'A script task holds FEEL assignments such as `total = sum(fees)`.',
)
RESULT_VARIABLE_MISSING = rule(
    'RESULT_VARIABLE_MISSING',
    'error',
    '脚本任务 {it} 的脚本只是一个表达式，却没有结果变量',
    'The script of {it} is a mere expression and there is no result variable',
    'The value would be lost. Write an assignment, or name a result variable.',
)
HANDLER_MISSING = rule(
    'HANDLER_MISSING',
    'error',
    '{it} 没有指明由谁处理：请写处理程序（topic），或改为用户任务',
    '{it} does not name its handler: write a topic, or make it a user task',
    'A service, send or business rule task names the handler that does the work.',
)
HANDLER_UNKNOWN_LONE = rule(
    'HANDLER_UNKNOWN_LONE',
    'warning',
    '{it} 的处理程序“{found}”本大厅没有，待补充；补充前办件到此会出错',
    'This hall has no handler "{found}" for {it}; it is to be supplied, and until then cases fail here',
    'In a bundle with an item this is the error HANDLER_UNKNOWN.',
)
HANDLER_UNKNOWN = rule(
    'HANDLER_UNKNOWN',
    'error',
    '{it} 的处理程序“{found}”不存在',
    'The handler "{found}" of {it} does not exist',
    'Handlers are given by the program, never by the bundle; the hall knows no such one.',
)
HANDLER_NOT_ALLOWED = rule(
    'HANDLER_NOT_ALLOWED',
    'error',
    '事项未允许使用处理程序“{found}”（{it}）',
    'The item does not allow the handler "{found}" ({it})',
    '`allowed_handlers` in item.toml lists what the diagram may call.',
)
TASK_UNTYPED = rule(
    'TASK_UNTYPED',
    'warning',
    '{it} 是未定类型的任务，办件会直接通过',
    '{it} is a task without a type; cases pass straight through it',
    'Make it a user task, service task or script task if something should happen.',
)
CALL_MISSING = rule(
    'CALL_MISSING',
    'error',
    '调用活动 {it} 没有指明流程（calledElement）',
    'The call activity {it} names no process (calledElement)',
    'It needs the id of a process in the same bundle.',
)
CALL_UNKNOWN = rule(
    'CALL_UNKNOWN',
    'error',
    '调用活动 {it} 调用的流程“{found}”不在包内',
    'The process "{found}" called by {it} is not in the bundle',
    'Called processes are part of the bundle, so that a case runs one version of everything.',
)
CALL_COMPUTED = rule(
    'CALL_COMPUTED',
    'error',
    '调用活动 {it} 的流程是表达式“{found}”，必须是固定的流程编号',
    'The call activity {it} computes its process ("{found}"); it must be a fixed id',
    'What a case runs is known, checked and published before it starts.',
)
CALL_CYCLE = rule(
    'CALL_CYCLE',
    'error',
    '调用活动 {it} 使流程互相循环调用：{found}',
    'The call activity {it} makes processes call each other in a circle: {found}',
    'Every call would begin another one without end.',
)
ACTIVATION_NEVER = rule(
    'ACTIVATION_NEVER',
    'error',
    '{it} 的激活条件“{found}”对 1 至 {count} 条到达的分支都不成立，永远不会放行',
    'The activation condition "{found}" of {it} holds for none of 1 to {count} arrived branches, so the gateway never opens',
    'activationCount is how many of the incoming flows have brought a token. For two of three opinions write activationCount >= 2.',
)
LOOP_UNBOUNDED = rule(
    'LOOP_UNBOUNDED',
    'error',
    '{it} 的循环既没有条件，也没有最大次数：请写其中之一',
    'The loop of {it} has neither a condition nor a maximum: write one of them',
    'It would go round for ever.',
)
LOOP_NUMBER = rule(
    'LOOP_NUMBER',
    'error',
    '{it} 的{place}应为 {least} 至 {most} 的整数，现为“{found}”',
    'Expected the {place} of {it} to be a whole number from {least} to {most}, but it is "{found}"',
    'A loop has at most 1 000 instances; nobody can work more, and nothing negative can be counted.',
)
LOOP_WITHOUT_COLLECTION = rule(
    'LOOP_WITHOUT_COLLECTION',
    'error',
    '{it} 是多实例，却没有集合，也没有次数：请写其中之一',
    '{it} is multi-instance but has neither a collection nor a cardinality: write one of them',
    'Say over what it runs: a collection (one instance per entry) or a number.',
)
