"""Rules of the service hall: windows, forms, clocks, promises, outcomes, and the catalogue entry."""

from engine.bpmn.problem import rule

WINDOW_MISSING = rule(
    'WINDOW_MISSING',
    'error',
    '用户任务 {it} 没有人办理：没有候选组、候选人、办理人，也不在泳道中',
    'Nobody works the user task {it}: it has no candidate group or user and no assignee, and lies in no lane',
    'Nobody would see the task. The window is `candidateGroups`, else the name of the lane.',
)
WINDOW_MISSING_LONE = rule(
    'WINDOW_MISSING_LONE',
    'warning',
    '用户任务 {it} 没有人办理：没有候选组、候选人、办理人，也不在泳道中',
    'Nobody works the user task {it}: it has no candidate group or user and no assignee, and lies in no lane',
    'In a bundle with an item this is the error WINDOW_MISSING; a lone diagram may be tried out without windows.',
)
PEOPLE_UNREADABLE = rule(
    'PEOPLE_UNREADABLE',
    'error',
    '{it} 的{place}“{found}”无法读取：{why}',
    'The {place} "{found}" of {it} cannot be read: {why}',
    'Accounts and windows are named as they stand, or by an expression in ${…}. What nobody can read would offer the step to nobody.',
)
PERSON_NOT_IN_HALL = rule(
    'PERSON_NOT_IN_HALL',
    'error',
    '大厅没有账号“{found}”（{it}）',
    'The hall has no account "{found}" ({it})',
    'A step for a person who does not exist would be seen by nobody. Add the account first, or name a window.',
)
WHO_UNDECIDED = rule(
    'WHO_UNDECIDED',
    'error',
    '{it} 由谁办理须由您决定：{found} 只有原来的系统能读懂，请指定窗口或办理人',
    'Who works {it} must be decided: only the system it comes from reads {found}; name a window or a person',
    'Other products choose people by strategies, roles and departments of their own. Here it is a window of the item, or a person.',
)
WHO_UNDECIDED_LONE = rule(
    'WHO_UNDECIDED_LONE',
    'warning',
    '{it} 由谁办理须由您决定：{found} 只有原来的系统能读懂，请指定窗口或办理人',
    'Who works {it} must be decided: only the system it comes from reads {found}; name a window or a person',
    'In a bundle with an item this is the error WHO_UNDECIDED; a lone diagram may be tried out without windows.',
)
WINDOW_UNKNOWN = rule(
    'WINDOW_UNKNOWN',
    'error',
    '{it} 的窗口“{found}”不在事项的窗口（windows）中',
    'The window "{found}" of {it} is not among the item\'s windows',
    'item.toml lists the windows with their authority (窗口权限); `applicant` is always known.',
)
WINDOW_NOT_IN_HALL = rule(
    'WINDOW_NOT_IN_HALL',
    'error',
    '大厅没有窗口“{found}”（{it}）',
    'The hall has no window "{found}" ({it})',
    'Set the window up first, or use one that exists.',
)
WINDOW_UNUSED = rule(
    'WINDOW_UNUSED',
    'warning',
    '事项的窗口“{found}”在流程图中没有任务',
    'The item\'s window "{found}" has no task in the diagram',
    'A window that only registers and never decides is what the seed essays call 形同虚设 (S-42).',
)
WINDOW_AUTHORITY = rule(
    'WINDOW_AUTHORITY',
    'warning',
    '{it} 在窗口“{found}”作出决定，但该窗口的权限是 {authority}',
    '{it} decides at the window "{found}", whose authority is {authority}',
    'The authority of a window in the catalogue and what the diagram lets it do must agree (S-42).',
)
FORM_MISSING = rule(
    'FORM_MISSING',
    'error',
    '{it} 引用的表单“{found}”不在包内',
    'The form "{found}" of {it} is not in the bundle',
    'The form is looked for as `<name>.form` in the bundle.',
)
FORM_MISSING_LONE = rule(
    'FORM_MISSING_LONE',
    'warning',
    '{it} 引用的表单“{found}”不在文件中，任务将没有表单',
    'The form "{found}" of {it} is not here; the task will have no form',
    'A lone diagram may be tried out without its forms.',
)
FORM_UNREADABLE = rule(
    'FORM_UNREADABLE',
    'error',
    '表单 {form} 有问题：{why}',
    'The form {form} has a problem: {why}',
    'A form is form-js JSON with the components this house can render and check on the server.',
)
FORM_FIELD_NOTE = rule(
    'FORM_FIELD_NOTE',
    'warning',
    '{it} 的表单字段 {field}：{why}',
    'The form field {field} of {it}: {why}',
    'A field generated in the diagram is not quite what its engine would make of it, for example a type of another house. '
    'A `.form` file says exactly what is wanted.',
)
FORM_UNUSED = rule(
    'FORM_UNUSED',
    'warning',
    '表单 {form} 没有被任何步骤使用',
    'The form {form} is used by no step',
    'Usually a leftover, or a misspelt `formRef`.',
)
NOTICE_MISSING = rule(
    'NOTICE_MISSING',
    'error',
    '{it} 的文书“{found}”不在包内（notices/{found}.html）',
    'The notice "{found}" of {it} is not in the bundle (notices/{found}.html)',
    'Printed documents are templates in `notices/`.',
)
PROPERTY_VALUE = rule(
    'PROPERTY_VALUE',
    'error',
    '{it} 的属性 {key} 应为 {expected}，现为“{found}”',
    'Expected the property {key} of {it} to be {expected}, but it is "{found}"',
    "The hall's properties have fixed values; a misspelt one would be a rule silently not applied.",
)
PROPERTY_MISPLACED = rule(
    'PROPERTY_MISPLACED',
    'error',
    '{it} 上的属性 {key} 不起作用，只能用于{expected}',
    'The property {key} means nothing on {it}; it belongs on {expected}',
    'Each property has its place; elsewhere it would be silently ignored.',
)
PROPERTY_UNKNOWN = rule(
    'PROPERTY_UNKNOWN',
    'error',
    '{it} 的属性 {key} 未知，是否想写 {near}？',
    'The property {key} of {it} is unknown; is {near} meant?',
    'Own properties are free, but this one looks like a misspelt one of the hall, and would silently mean nothing.',
)
PROPERTY_UNKNOWN_LONE = rule(
    'PROPERTY_UNKNOWN_LONE',
    'warning',
    '{it} 的属性 {key} 未知，是否想写 {near}？',
    'The property {key} of {it} is unknown; is {near} meant?',
    'In a bundle with an item this is the error PROPERTY_UNKNOWN; a lone diagram may carry the properties of another tool.',
)
ATTRIBUTE_MISPLACED = rule(
    'ATTRIBUTE_MISPLACED',
    'error',
    '{it} 上的 {key} 不起作用，只能用于{expected}',
    '{key} means nothing on {it}; it belongs on {expected}',
    'A window, form, handler or decision named on an element of another kind would be silently ignored. A lone diagram may carry them.',
)
AS_OF_UNREACHED = rule(
    'AS_OF_UNREACHED',
    'error',
    '{it} 自时间节点“{found}”（{zh}）起算，但流程图没有该节点',
    '{it} counts from the milestone "{found}", which no node of the diagram reaches',
    'What is deemed accepted, decided or delivered counts from an earlier milestone; without it there is no instant to count from.',
)
ANSWER_MISSING = rule(
    'ANSWER_MISSING',
    'error',
    '{it} 需要表单字段 {field}（{means}），但没有任何环节填写它；现有字段：{found}',
    '{it} needs the form field {field}, but no step writes it; written are: {found}',
    'Status and documents of a case are made from these fields; without the field there would be no document, or none could be issued. '
    'An end that is both the milestone `decided` and says its `result` decides by itself and needs no field `decision`.',
)
STOP_WITHOUT_EXIT = rule(
    'STOP_WITHOUT_EXIT',
    'error',
    '{it} 停表（clock=stopped）却没有边界定时：可能永远停下去',
    '{it} stops the clock but has no boundary timer: it may stand still for ever',
    'While the clock stands still no promise presses; the stop itself needs a limit (L-17: the applicant is told how long).',
)
STOP_KIND_MISSING = rule(
    'STOP_KIND_MISSING',
    'error',
    '{it} 停表却没有写明种类（stop_kind）',
    '{it} stops the clock without saying which kind (stop_kind)',
    'Only the kinds the law names may stop a clock, and the notice names the kind (Licensing Law art. 45).',
)
BASIS_MISSING = rule(
    'BASIS_MISSING',
    'error',
    '{it} 到期即视为同意（{found}），必须写明依据（basis）',
    '{it} has the silent outcome {found} and must name its basis',
    'Silence counts as consent only where a law or rule says so (art. 32, art. 50, local rules).',
)
DEEMED_GRANT_SAFETY = rule(
    'DEEMED_GRANT_SAFETY',
    'error',
    '涉及安全、健康或环境的事项不得到期视为准予（{it}）',
    'An item of safety, health or environment cannot be granted by silence ({it})',
    '`safety = true` in item.toml excludes deemed_grant (domain.md 8a).',
)
DEEMED_RENEW_MISPLACED = rule(
    'DEEMED_RENEW_MISPLACED',
    'warning',
    '{it} 到期视为准予延续，但事项没有标为延续（renewal）',
    '{it} is deemed renewed by silence, but the item is no renewal',
    'Art. 50 gives deemed renewal to renewals asked before the licence expires, and to nothing else.',
)
NOT_BY_UNKNOWN = rule(
    'NOT_BY_UNKNOWN',
    'error',
    '{it} 的 not_by 指向“{found}”，不是流程中的用户任务',
    'not_by of {it} names "{found}", which is no user task of the process',
    'Four eyes: the person who did that task may not do this one.',
)
RESULT_MISSING = rule(
    'RESULT_MISSING',
    'warning',
    '{it} 是流程的终点，没有写结果（result）',
    'The process ends at {it}, which has no result',
    'A closed case has an outcome: granted, refused, withdrawn, returned, not_required, not_accepted … End events say it.',
)
FILING_REFUSES = rule(
    'FILING_REFUSES',
    'error',
    '备案事项不得有“不予”的结果（{it}）',
    'A filing may not end in a refusal ({it})',
    'A filing that can be refused is a licence in disguise (S-39).',
)
MILESTONE_MISSING = rule(
    'MILESTONE_MISSING',
    'error',
    '流程图没有标出{zh}（milestone={found}），承诺期限无从计算',
    'The diagram marks no {found} (milestone={found}), so the promise cannot be counted',
    'The promised and statutory clocks run from `accepted` to `decided` (S-03, L-13).',
)
PROMISE_TIMER_MISSING = rule(
    'PROMISE_TIMER_MISSING',
    'error',
    '从受理到决定有一条路没有承诺期限定时（promise）：{road}',
    'There is a road from accepted to decided without a promise timer: {road}',
    'Somewhere on every road a boundary timer says `promise`, else nothing happens when the promise is broken (S-11).',
)
PROMISE_EXCEEDED = rule(
    'PROMISE_EXCEEDED',
    'error',
    '各环节时限合计 {sum}，超过承诺期限 {promise}：{road}',
    'The step limits add up to {sum}, more than the promise of {promise}: {road}',
    'The sum of step limits on the longest road must fit into the promise (domain.md §6).',
)
PROMISE_MAY_BE_EXCEEDED = rule(
    'PROMISE_MAY_BE_EXCEEDED',
    'warning',
    '各环节时限首尾相接可能超过承诺期限 {promise}：{road}；例如 {start} 受理，各环节至 {end}，承诺至 {last}',
    'The steps one after the other may outlast the promise of {promise}: {road}; e.g. accepted {start}, they end {end}, the promise {last}',
    'Limits in other units than the promise are laid over the calendar: this road is too long from some working days on.',
)
LIMIT_WALL_CLOCK = rule(
    'LIMIT_WALL_CLOCK',
    'warning',
    '{it} 的期限 {found} 按自然时间走，停表、休息日都不停；承诺期限是 {promise}，环节时限请写同样的单位',
    'The limit {found} of {it} is wall-clock time, which nothing holds; the promise is {promise}: write the step in its unit',
    'An ISO duration runs on while the clock of the case stands still (Licensing Law art. 45), so it may end before its time.',
)
PROMISE_OVER_STATUTORY = rule(
    'PROMISE_OVER_STATUTORY',
    'error',
    '承诺期限 {promise} 长于法定期限 {statutory}',
    'The promise of {promise} is longer than the statutory limit of {statutory}',
    'A hall may promise less time than the law allows, never more.',
)
PROMISE_UNDEFINED = rule(
    'PROMISE_UNDEFINED',
    'error',
    '{it} 用到 {found}，但 item.toml 没有写这个期限',
    '{it} uses {found}, but item.toml has no such limit',
    '`promise` and `statutory` in a timer mean the limits of the item.',
)
LIMIT_BEFORE_ITS_BEGINNING = rule(
    'LIMIT_BEFORE_ITS_BEGINNING',
    'error',
    '{it} 的期限“{found}”在起算前就已届满：{base}为 {limit}，却要再提前 {offset}（例如 {start} 起算，{base} {end} 届满）',
    'The limit "{found}" of {it} ends before it begins: the {base} is {limit}, less {offset} (e.g. begun {start}, the {base} ends {end})',
    'What a timer takes off `promise` or `statutory` must leave something of it, on whichever working day a case is accepted.',
)
ITEM_INVALID = rule(
    'ITEM_INVALID',
    'error',
    '事项目录 {where}：{why}',
    'Catalogue entry {where}: {why}',
    'item.toml is typed; unknown keys are refused, so that a misspelt one is not silently without effect.',
)
DISCLOSURE_MISSING = rule(
    'DISCLOSURE_MISSING',
    'error',
    '公开内容缺少“{found}”（{where}）',
    'The disclosure lacks {found} ({where})',
    'Publishing is refused while a field of the chosen disclosure profile is empty (S-27, L-04).',
)
