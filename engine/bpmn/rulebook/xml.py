"""Rules about the file itself: XML that is safe, BPMN, and read without guessing."""

from engine.bpmn.problem import rule

XML_TOO_LARGE = rule(
    'XML_TOO_LARGE',
    'error',
    '文件过大：{found}，最多 {most}',
    'The file is too large: {found}, at most {most}',
    'Size, depth and number of elements are capped, so that no upload can exhaust the server.',
)
XML_DOCTYPE = rule(
    'XML_DOCTYPE',
    'error',
    '文件含有 DOCTYPE 声明，不接受（流程图不需要 DTD 和实体）',
    'The file has a DOCTYPE; DTDs and entities are refused',
    'A process diagram never needs a DTD. Refusing it outright closes entity expansion and external entity attacks.',
)
XML_BROKEN = rule(
    'XML_BROKEN',
    'error',
    'XML 无法读取：{why}',
    'The XML cannot be read: {why}',
    'The file is not well-formed XML or not in the encoding it declares. The line is where reading stopped.',
)
XML_NOT_BPMN = rule(
    'XML_NOT_BPMN',
    'error',
    '不是 BPMN 2.0 文件：根元素是 {found}',
    'This is no BPMN 2.0 file: the root element is {found}',
    'The root must be `definitions` in the namespace `http://www.omg.org/spec/BPMN/20100524/MODEL`.',
)
DIAGRAM_MISSING = rule(
    'DIAGRAM_MISSING',
    'error',
    '缺少流程图 process.bpmn',
    'There is no process.bpmn',
    'A bundle has one main diagram: `process.bpmn`, or the only `.bpmn` file.',
)
PROCESS_MISSING = rule(
    'PROCESS_MISSING',
    'error',
    '文件中没有流程（process）',
    'The file has no process',
    'A file of choreographies, conversations or empty pools cannot run.',
)
ID_MISSING = rule(
    'ID_MISSING',
    'error',
    '{kind} 元素没有 id',
    'A {kind} element has no id',
    'Versions and cases are kept by the id of their process. A flow, node, lane or artifact without an id gets one: a flow from its ends, '
    'anything else from its name.',
)
ID_DUPLICATE = rule(
    'ID_DUPLICATE',
    'error',
    '编号 {it} 重复使用（第 {first} 行已有）',
    'The id {it} is used twice (first in line {first})',
    'An id names exactly one element of the file; with two of them, one would be lost silently.',
)
ID_TWICE_IN_BUNDLE = rule(
    'ID_TWICE_IN_BUNDLE',
    'error',
    '流程编号 {it} 在 {first} 中也有',
    'The process id {it} is also used in {first}',
    'A call activity names a process by id, so a process id must be unique in the bundle.',
)
VALUE_UNREADABLE = rule(
    'VALUE_UNREADABLE',
    'error',
    '{it} 的 {attribute} 应为 {expected}，现为“{found}”',
    'Expected {attribute} of {it} to be {expected}, but it is "{found}"',
    'An attribute with a fixed set of values has another one.',
)
DRAWING_UNREADABLE = rule(
    'DRAWING_UNREADABLE',
    'warning',
    '{it} 的图形坐标无法读取，图上不显示',
    'The coordinates of {it} cannot be read; it is not drawn',
    'Diagram interchange is only for drawing; a broken shape does not keep the process from running.',
)
EXTENSION_IGNORED = rule(
    'EXTENSION_IGNORED',
    'warning',
    '命名空间 {namespace} 的内容只是{what}，未被读取',
    'What stands in the namespace {namespace} is not read: {what}',
    'Colours, settings of editors and parameters of simulations are carried along. Of other products only `camunda:`, `flowable:`, '
    '`activiti:` and the basic elements of `zeebe:` are read.',
)
EXTENSION_UNKNOWN = rule(
    'EXTENSION_UNKNOWN',
    'warning',
    '命名空间 {namespace} 的扩展内容未被读取；它在原工具中的作用这里没有',
    'Extensions in the namespace {namespace} are not read; whatever they do in their product is not done here',
    'Nobody here knows that product. What its extensions do there must be drawn, or is lost.',
)
EXTENSION_LOST = rule(
    'EXTENSION_LOST',
    'error',
    '{it} 的 {detail} 在原工具中有作用，这里不执行：{why}',
    '{detail} of {it} does something in its product and nothing here: {why}',
    'Scripts, forms and operators of another modeler. Draw what is named instead, or take the extension away.',
)
EXTENSION_REQUIRED = rule(
    'EXTENSION_REQUIRED',
    'error',
    '文件声明必须理解扩展 {namespace}，本系统不支持',
    'The file says that the extension {namespace} must be understood; it is not supported here',
    'BPMN `extension` with `mustUnderstand="true"` asks to refuse the file unless the extension is known.',
)
IMPORT_IGNORED = rule(
    'IMPORT_IGNORED',
    'warning',
    '引入的文件 {location} 未读取',
    'The imported file {location} is not read',
    'Nothing is ever loaded from outside the bundle.',
)
