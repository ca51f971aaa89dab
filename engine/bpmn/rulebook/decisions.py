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
    '决策表 {it} 的规则 {first} 与 {second} 在“{sample}”时同时成立',
    'The rules {first} and {second} of the decision table {it} both hold for {sample}',
    'With hit policy U exactly one rule may hold, with A all that hold must agree. Checked where every test compares with literals.',
)
DECISION_GAP = rule(
    'DECISION_GAP',
    'warning',
    '决策表 {it} 没有规则覆盖“{sample}”',
    'No rule of the decision table {it} covers {sample}',
    'The result is then null. Add a rule, or a default output value.',
)
