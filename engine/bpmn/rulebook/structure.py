"""Rules about processes, nodes and flows: everything is connected, everything has one meaning."""

from engine.bpmn.problem import rule

PROCESS_MAIN_UNCLEAR = rule(
    'PROCESS_MAIN_UNCLEAR',
    'error',
    '文件中有 {count} 个流程，没有一个标为可执行（isExecutable），无法确定启动哪一个',
    'The file has {count} processes and none is marked executable (isExecutable), so it is unclear which one a case starts',
    'A case runs the first executable process, or the only process of the file.',
)
PROCESS_NOT_EXECUTABLE = rule(
    'PROCESS_NOT_EXECUTABLE',
    'warning',
    '流程 {it} 未标为可执行（isExecutable），将按可执行处理',
    'The process {it} is not marked executable; it is taken as executable',
    'The only process of a file is run even when the modeler left `isExecutable` out.',
)
PROCESS_NOT_RUN = rule(
    'PROCESS_NOT_RUN',
    'warning',
    '流程 {it} 不是主流程，也没有被调用，只作图示，不会运行',
    'The process {it} is neither the main process nor called by one; it is only drawn and never runs',
    'A pool of a partner is documentation. Its process is drawn, not run and not checked further.',
)
POOL_NOT_RUN = rule(
    'POOL_NOT_RUN',
    'error',
    '{it} 发出的消息或信号“{found}”由流程“{pool}”接收，但该流程只作图示，不会运行；请把它放进另一个事项，或改为调用活动',
    'What {it} throws ({found}) goes to the process {pool}, which is only drawn and never runs; make it an item of its own, or call it',
    'A file has one process that runs, with all it calls. Two pools that send each other messages are two items: a message starts '
    'the process in force that begins with it (BPMN 2.0.2 §10.5.2).',
)
PROCESS_EMPTY = rule(
    'PROCESS_EMPTY',
    'error',
    '流程 {it} 里没有任何节点',
    'The process {it} has nothing in it',
    'A process needs at least a start, a step and an end.',
)
SUBPROCESS_EMPTY = rule(
    'SUBPROCESS_EMPTY',
    'error',
    '子流程 {it} 里没有任何节点',
    'The subprocess {it} has nothing in it',
    'An empty subprocess has no start and no end; use a task, or draw its content.',
)
START_MISSING = rule(
    'START_MISSING',
    'error',
    '{it} 没有开始事件，也没有可以作为起点的节点：请画开始事件',
    '{it} has no start event and no node that could be the beginning: draw a start event',
    'Without a start event, the nodes without incoming flows begin. Here every node has an incoming flow.',
)
START_SEVERAL = rule(
    'START_SEVERAL',
    'error',
    '{it} 有 {count} 个无类型的开始事件：{found}。请合并为一个，或给其余的写明消息',
    '{it} has {count} start events without a type: {found}. Make them one, or give the others a message',
    'Which one begins would be arbitrary. Join them into one, or give the others a message.',
)
START_NONE_MISSING = rule(
    'START_NONE_MISSING',
    'error',
    '{it} 被调用或嵌入，必须有一个无类型的开始事件',
    '{it} is called or embedded and needs a start event without a type',
    'A subprocess or called process is begun by its caller, never by a message, signal or timer (BPMN 2.0.2 §10.5.2).',
)
END_MISSING = rule(
    'END_MISSING',
    'error',
    '{it} 没有结束事件，也没有可以作为终点的节点，永远不会结束：请画结束事件',
    '{it} has no end event and no node that could be the end, and would never end: draw an end event',
    'Without end events, the nodes without outgoing flows end (BPMN 2.0.2 §10.5.3). Here every node has an outgoing flow.',
)
FLOW_DANGLING = rule(
    'FLOW_DANGLING',
    'error',
    '流向 {it} 的{side}“{found}”不存在',
    'The sequence flow {it} has a {side} "{found}" that does not exist',
    'Both ends of a sequence flow must be elements of the file.',
)
FLOW_CROSSES_SCOPE = rule(
    'FLOW_CROSSES_SCOPE',
    'error',
    '流向 {it} 穿过子流程或流程的边界（{source} → {target}）',
    'The sequence flow {it} crosses the border of a subprocess or process ({source} → {target})',
    'A sequence flow stays within its process and subprocess (BPMN 2.0.2 §8.3.13).',
)
FLOW_INTO_START = rule(
    'FLOW_INTO_START',
    'error',
    '流向 {it} 进入开始事件或边界事件 {target}：请接到其后的节点',
    'The sequence flow {it} leads into the start or boundary event {target}: lead it to what follows that',
    'Start and boundary events are begun by what they wait for, never by a flow.',
)
FLOW_OUT_OF_END = rule(
    'FLOW_OUT_OF_END',
    'error',
    '流向 {it} 从结束事件 {source} 出发：请改为中间事件，或删除流向',
    'The sequence flow {it} leaves the end event {source}: make that an intermediate event, or take the flow away',
    'Nothing follows an end event.',
)
NODE_DANGLING = rule(
    'NODE_DANGLING',
    'warning',
    '{it} 之后没有任何流向，这条路到此结束，而别处画了结束事件',
    'Nothing follows {it}: this way ends there, while others end in end events',
    'A node without outgoing flows is an end (BPMN 2.0.2 §10.5.3). Beside end events that is usually a flow forgotten.',
)
NODE_UNREACHABLE = rule(
    'NODE_UNREACHABLE',
    'error',
    '{it} 从起点出发走不到：请画通向它的流向，或删除它',
    '{it} cannot be reached from the beginning: draw a flow to it, or take it away',
    'What no token can reach never happens; usually a flow is missing.',
)
BOUNDARY_UNATTACHED = rule(
    'BOUNDARY_UNATTACHED',
    'error',
    '边界事件 {it} 没有附在任何活动上（attachedToRef：{found}）',
    'The boundary event {it} is attached to no activity (attachedToRef: {found})',
    'SpiffWorkflow would drop such an event in silence, and with it a promised deadline.',
)
BOUNDARY_WITHOUT_FLOW = rule(
    'BOUNDARY_WITHOUT_FLOW',
    'error',
    '中断型边界事件 {it} 触发后无处可去：请画一条流向，或改为不中断',
    'The interrupting boundary event {it} leads nowhere: draw a flow out of it, or let it not interrupt',
    'It would end its activity and the case would stand still for ever.',
)
BOUNDARY_SILENT = rule(
    'BOUNDARY_SILENT',
    'warning',
    '非中断边界事件 {it} 触发后什么也不做（没有流向，也没有 on_expiry）',
    'The non-interrupting boundary event {it} does nothing (no flow and no on_expiry)',
    'A reminder should lead to a step or say `on_expiry = warn` or `escalate`.',
)
LANE_MEMBER_UNKNOWN = rule(
    'LANE_MEMBER_UNKNOWN',
    'warning',
    '泳道 {it} 引用了不存在的节点“{found}”',
    'The lane {it} refers to a node "{found}" that does not exist',
    'Usually a leftover of editing; it has no effect.',
)
ELEMENT_UNSUPPORTED = rule(
    'ELEMENT_UNSUPPORTED',
    'error',
    '不支持 {it}：{why}',
    '{it} is not supported: {why}',
    'What cannot be run exactly as BPMN says is refused by name, never run differently.',
)
DETAIL_UNSUPPORTED = rule(
    'DETAIL_UNSUPPORTED',
    'error',
    '{it} 使用了不支持的 {detail}：{why}',
    '{it} uses {detail}, which is not supported: {why}',
    'Attributes and extension elements that would change what happens, and have no meaning here, are refused by name.',
)
DETAIL_IGNORED = rule(
    'DETAIL_IGNORED',
    'warning',
    '{it} 的 {detail} 没有作用：{why}',
    '{detail} of {it} has no effect: {why}',
    'Attributes that describe and do not change the way of a token are left out, and said so.',
)
DIRECTION_WRONG = rule(
    'DIRECTION_WRONG',
    'warning',
    '{it} 写明 gatewayDirection={found}，但有 {incoming} 条流入、{outgoing} 条流出；按所画的流向办理',
    '{it} says gatewayDirection={found}, but has {incoming} flows in and {outgoing} out; the flows count',
    'A converging gateway has one flow out, a diverging one has one in (BPMN 2.0.2 §10.6.1).',
)
FLOWS_LISTED_WRONG = rule(
    'FLOWS_LISTED_WRONG',
    'warning',
    '{it} 的 {side} 列出 {found}，但所画的流向是 {drawn}；按所画的流向办理',
    '{side} of {it} lists {found}, but the flows drawn are {drawn}; the flows count',
    'The lists repeat what sourceRef and targetRef of the flows say; an edited file may have forgotten one of both.',
)
DETAIL_UNKNOWN = rule(
    'DETAIL_UNKNOWN',
    'warning',
    '{it} 的 {detail}（“{found}”）不认识，未读取',
    '{detail} of {it} ("{found}") is not known here and not read',
    'An attribute or extension element of another product that is in no list here. The step is worked as drawn; what the word does in its '
    'product is not done.',
)
DETAIL_MISSPELT = rule(
    'DETAIL_MISSPELT',
    'error',
    '{it} 的 {detail} 不认识，是否想写 {near}？',
    '{detail} of {it} is not known here; is {near} meant?',
    'It looks like a misspelt name of something that is read here, and would silently mean nothing.',
)
SAID_TWICE = rule(
    'SAID_TWICE',
    'error',
    '{it} 的 {detail} 写了两次：“{first}”和“{other}”，只能留一个',
    '{detail} of {it} is written twice, "{first}" and "{other}"; keep one of them',
    'Attributes of several products are read alike. Where they say different things, whoever draws the diagram chooses.',
)
VARIABLE_NAME = rule(
    'VARIABLE_NAME',
    'error',
    '{it} 的 {detail} 应为变量名，现为“{found}”',
    'Expected {detail} of {it} to be the name of a variable, but it is "{found}"',
    'What is written must have a fixed name; an expression would be taken for the name itself.',
)
GATEWAY_WITHOUT_DEFAULT = rule(
    'GATEWAY_WITHOUT_DEFAULT',
    'error',
    '{it} 没有默认流，{gap} 时没有一条流出的条件成立，无路可走：请补条件，或设一条默认流',
    '{it} has no default, and no flow out of it holds for {gap}: there is no way on. Add a condition, or make a flow the default',
    'The default is optional (BPMN 2.0.2 §13.4.2). What the fields, decisions and scripts before it can hold is gone through; these values '
    'find no way. Mark one flow as default, or draw one for them.',
)
GATEWAY_PERHAPS_NO_WAY = rule(
    'GATEWAY_PERHAPS_NO_WAY',
    'warning',
    '{it} 没有默认流，不能证明总有一条流出的条件成立（{gap}）；都不成立时办件停下并报异常',
    '{it} has no default, and it is not proved that some flow always holds ({gap}); when none does, the case stops with an incident',
    'Where conditions read what nobody in the bundle limits, nothing is proved. Mark one flow as default to be sure.',
)
CONDITION_DEAD = rule(
    'CONDITION_DEAD',
    'warning',
    '流向 {it} 的条件“{text}”永远不成立',
    'The condition {text!r} of the flow {it} never holds',
    'No value that the fields, decisions and scripts before it can hold makes it true: usually a value is misspelt.',
)
CONDITION_SHADOWED = rule(
    'CONDITION_SHADOWED',
    'warning',
    '流向 {it} 永远走不到：它的条件“{text}”成立时，前面的流向已经成立',
    'The flow {it} is never taken: whenever its condition {text!r} holds, an earlier flow holds',
    'An exclusive gateway takes the first flow that holds, in the order of the file.',
)
CONDITION_OVERLAP = rule(
    'CONDITION_OVERLAP',
    'warning',
    '{it} 的流向“{first}”和“{second}”在 {sample} 时同时成立，将走先写的一条',
    'The flows "{first}" and "{second}" out of {it} both hold for {sample}; the one written first is taken',
    'The order of flows is not seen in the drawing. Conditions that exclude each other say what is meant.',
)
GATEWAY_DEFAULT_UNKNOWN = rule(
    'GATEWAY_DEFAULT_UNKNOWN',
    'error',
    '{it} 的默认流“{found}”不是它的流出',
    'The default "{found}" of {it} is no flow out of it',
    'The `default` attribute names one of the outgoing flows.',
)
GATEWAY_DEFAULT_CONDITIONAL = rule(
    'GATEWAY_DEFAULT_CONDITIONAL',
    'warning',
    '默认流 {it} 上的条件不起作用',
    'The condition on the default flow {it} has no effect',
    'A default flow is taken when no other is; its own condition is never asked (BPMN 2.0.2 §8.3.13).',
)
CONDITION_MISSING = rule(
    'CONDITION_MISSING',
    'error',
    '流向 {it} 从 {source} 出发，没有条件，也不是默认流：请写条件，或设为默认流',
    'The flow {it} out of {source} has no condition and is not the default: write a condition, or make it the default',
    'At an exclusive or inclusive gateway every flow but the default says when it is taken. Some engines take a bare flow as true.',
)
CONDITION_ALONE = rule(
    'CONDITION_ALONE',
    'warning',
    '{source} 唯一的流出 {it} 带有条件：不成立时办件停下并报异常',
    'The only flow {it} out of {source} has a condition: when it does not hold, the case stops with an incident',
    'A single way on is usually unconditional. The condition is asked all the same.',
)
CONDITION_MISPLACED = rule(
    'CONDITION_MISPLACED',
    'error',
    '流向 {it} 不能带条件：{source} 不按条件分流。请在其后画排他网关，或去掉条件',
    'The flow {it} cannot have a condition: {source} does not choose by conditions. Draw an exclusive gateway after it, or take it away',
    'Event-based gateways and events never ask a condition (BPMN 2.0.2 §8.3.13); some engines do, so it is not passed over.',
)
CONDITION_NEVER_ASKED = rule(
    'CONDITION_NEVER_ASKED',
    'warning',
    '流向 {it} 的条件不起作用：{source} 是并行网关，总是走所有流出',
    'The condition of the flow {it} has no effect: {source} is a parallel gateway, which always takes every flow',
    'A parallel gateway never asks a condition (BPMN 2.0.2 §10.6.4).',
)
EVENT_GATEWAY_FLOW = rule(
    'EVENT_GATEWAY_FLOW',
    'error',
    '事件网关 {it} 之后只能是等待消息、信号或时间的事件，或接收任务，不能是 {target}',
    'The event-based gateway {it} may only lead to events that wait for a message, signal or time, or receive tasks, not to {target}',
    'What happens first decides; so only things that wait can follow (BPMN 2.0.2 §10.6.6).',
)
EVENT_GATEWAY_SINGLE = rule(
    'EVENT_GATEWAY_SINGLE',
    'error',
    '事件网关 {it} 只有 {count} 条流出，至少要两条：只等一件事时请直接画该事件',
    'The event-based gateway {it} has {count} flows out; it needs two: to wait for one event, draw that event alone',
    'With one way there is nothing to wait for the first of.',
)
EVENT_GATEWAY_SHARED = rule(
    'EVENT_GATEWAY_SHARED',
    'error',
    '{target} 在事件网关 {it} 之后，不能再有别的流入',
    '{target} follows the event-based gateway {it} and may have no other incoming flow',
    'A target of an event-based gateway begins to wait together with its siblings only (BPMN 2.0.2 §10.6.6).',
)
LINK_UNPAIRED = rule(
    'LINK_UNPAIRED',
    'error',
    '链接事件 {it} 没有唯一的同名对应事件（名称“{found}”，对应 {count} 个）',
    'The link event {it} has no single partner of the same name (name "{found}", {count} partners)',
    'A link throw goes on at the one link catch of the same name in the same process or subprocess (BPMN 2.0.2 §10.5.5).',
)
PROCESS_TOO_LARGE = rule(
    'PROCESS_TOO_LARGE',
    'error',
    '流程 {it} 有 {found} 个节点，最多 {most} 个：请拆成被调用的流程',
    'The process {it} has {found} nodes; at most {most} are run: split it into called processes',
    'A process of thousands of steps cannot be checked, drawn or understood; split it into called processes.',
)
ID_TOO_LONG = rule(
    'ID_TOO_LONG',
    'error',
    '编号 {it} 有 {found} 个字符，最多 {most} 个',
    'The id {it} has {found} characters; at most {most} are stored',
    'Tasks, timers and history are kept by element id, in columns of this width.',
)
TEXT_TOO_LONG = rule(
    'TEXT_TOO_LONG',
    'error',
    '{it} 的{place}有 {found} 个字符，最多 {most} 个',
    'The {place} of {it} has {found} characters; at most {most} are stored',
    'Names, windows, accounts and references to forms are stored with every task. What only a case makes too long (a computed assignee) '
    'becomes an incident of that case.',
)
NESTED_TOO_DEEP = rule(
    'NESTED_TOO_DEEP',
    'error',
    '{it} 使子流程和调用的嵌套超过 {most} 层',
    '{it} nests subprocesses and calls more than {most} deep',
    'A case that came there could not go on. Called processes count with all they hold.',
)
