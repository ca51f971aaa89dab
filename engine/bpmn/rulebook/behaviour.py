"""Rules about behaviour, found by playing the token game."""

from engine.bpmn.problem import rule

STUCK_FOR_EVER = rule(
    'STUCK_FOR_EVER', 'error', '办件可能在 {it} 永远等待：{missing} 不会再到达。路径：{road}',
    'A case can wait for ever at {it}: nothing more arrives from {missing}. Path: {road}',
    'A parallel join waits for a token on every incoming flow. When one of them was never begun or went elsewhere (a choice, a boundary '
    'event that interrupted), the case stands still. The path is the shortest way to the standstill.',
)  # fmt: skip
NEVER_ENDS = rule(
    'NEVER_ENDS', 'error', '办件走到 {it} 之后再也无法结束。路径：{road}', 'After {it} a case can never end. Path: {road}',
    'From every reachable state there must be a way to the end; here the tokens go round without an exit.',
)  # fmt: skip
NEVER_RUNS = rule(
    'NEVER_RUNS', 'error', '{it} 虽有流向相连，但永远不会执行', '{it} is connected, but never runs',
    'Something always prevents it, for example an end that terminates everything first.',
)  # fmt: skip
RUNS_TWICE = rule(
    'RUNS_TWICE', 'warning', '并行分支在 {it} 没有同步，其后的步骤会执行多次。路径：{road}',
    'Parallel branches meet at {it} without being joined; what follows runs more than once. Path: {road}',
    'Each token that arrives at a node goes on by itself. Join parallel branches with a parallel gateway.',
)  # fmt: skip
NOT_DECIDED = rule(
    'NOT_DECIDED',
    'warning', '流程 {it} 的状态过多（超过 {states}），未能判定是否总能办结',
    'The process {it} has too many states (more than {states}); whether it always ends was not decided',
    'The token game is bounded. It says so when it gives up, instead of claiming that all is well.',
)  # fmt: skip
