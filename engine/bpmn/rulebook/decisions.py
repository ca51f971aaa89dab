"""Rules about decision tables."""

from engine.bpmn.problem import rule

DECISION_INVALID = rule(
    'DECISION_INVALID',
    'error',
    '决策 {it} 有误：{why}',
    'The decision {it} is wrong: {why}',
    'A `.dmn` file holds decision tables or literal expressions in FEEL; every cell must be readable before anything runs.',
)
DECISION_UNKNOWN = rule(
    'DECISION_UNKNOWN',
    'error',
    '{it} 调用的决策“{found}”不在包内',
    'The decision "{found}" asked for by {it} is not in the bundle',
    'Decisions are part of the bundle, so that a case runs one version of everything.',
)
DECISION_RESULT_MISSING = rule(
    'DECISION_RESULT_MISSING',
    'error',
    '{it} 没有指明决策结果存入哪个变量（resultVariable）',
    'The business rule task {it} does not say where its result goes (resultVariable)',
    'Without a result variable the decision would be made and forgotten.',
)
DECISION_OVERLAP = rule(
    'DECISION_OVERLAP',
    'error',
    '决策表 {it} 的规则 {first} 与 {second} 在“{sample}”时同时成立：请改规则，或改命中策略（FIRST）',
    'The rules {first} and {second} of the decision table {it} both hold for {sample}: change them, or the hit policy (FIRST)',
    'With hit policy U exactly one rule may hold, with A all that hold must agree. Checked where every test compares with literals.',
)
DECISION_EMPTY = rule(
    'DECISION_EMPTY',
    'warning',
    '决策表 {it} 没有任何规则，结果总是空',
    'The decision table {it} has no rule: its result is always null',
    'Add a rule, or a default output value.',
)
DECISION_WORD = rule(
    'DECISION_WORD',
    'error',
    '决策 {it} 的单元格“{cell}”使用了“{found}”，没有任何表单、脚本或步骤写入它；文字应加引号："{found}"',
    'The cell {cell} of the decision {it} uses {found}, which no form, script or step writes; a text needs quotation marks: "{found}"',
    'A word without quotation marks is a variable. One that nobody writes is null for every case: the rule would never hold, or its '
    'result be null.',
)
DECISION_TYPE = rule(
    'DECISION_TYPE',
    'warning',
    '{it} 的决策列“{column}”类型是 {type}，而字段“{field}”是{kind}：能转换的转换，不能转换时停在此处',
    'The column {column} of {it} has the type {type}, but {field} is {kind}: it is converted, or stops the case',
    'A value is converted to the type of its column where that is possible (a text of digits to a number). Better give the field that '
    'type.',
)
DECISION_AMBIGUOUS = rule(
    'DECISION_AMBIGUOUS',
    'warning',
    '决策 {it} 的单元格“{cell}”本身就是真假值，列“{column}”也是：请写 ? = {cell}，或把它改为该列的条件',
    'The cell {cell} of the decision {it} is true or false by itself, and so is the column {column}: write ? = {cell} to compare them',
    'A cell that is true or false is the test itself (DMN 1.3 §7.3.3); it is not compared with the input.',
)
DECISION_GAP = rule(
    'DECISION_GAP',
    'warning',
    '决策表 {it} 没有规则覆盖“{sample}”',
    'No rule of the decision table {it} covers {sample}',
    'The result is then null. Add a rule, or a default output value.',
)
