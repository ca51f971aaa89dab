"""Rules about behaviour, found by playing the token game."""

from engine.bpmn.problem import rule

STUCK_FOR_EVER = rule(
    'STUCK_FOR_EVER',
    'error',
    '办件可能在 {it} 永远等待：{missing} 不会再到达。请改用包容网关汇合，或让每条分支都到达。路径：{road}',
    'A case can wait for ever at {it}: nothing more arrives from {missing}. Join by an inclusive gateway, or lead every branch there. '
    'Path: {road}',
    'A parallel join waits for a token on every incoming flow. When one of them was never begun or went elsewhere (a choice, a boundary '
    'event that interrupted), the case stands still. The path is the shortest way to the standstill.',
)
STUCK_BY_A_SIGNAL = rule(
    'STUCK_BY_A_SIGNAL',
    'warning',
    '若收到信号“{signal}”，办件会在 {it} 永远等待：{missing} 不会再到达。包内没有环节发出该信号。路径：{road}',
    'If the signal "{signal}" comes, a case waits for ever at {it}: nothing more arrives from {missing}. Nothing in the bundle sends it. '
    'Path: {road}',
    'The standstill needs a signal that only another item can send. Whether one does is not known here.',
)
NEVER_ENDS = rule(
    'NEVER_ENDS',
    'error',
    '办件走到 {it} 之后再也无法结束，请画一条通向结束的路。路径：{road}',
    'After {it} a case can never end: draw a way to an end. Path: {road}',
    'From every reachable state there must be a way to the end; here the tokens go round without an exit.',
)
TOKENS_GROW = rule(
    'TOKENS_GROW',
    'error',
    '绕行一圈会多出令牌，{it} 上的令牌越积越多：请在圈内汇合分支，或移到圈外分出。路径：{road}',
    'Going round in a circle makes more tokens, which pile up at {it}: join it within the circle, or begin it outside. Path: {road}',
    'A branch begun in a circle and joined with nothing in it is begun again on every round: steps run more and more often at the same '
    'time, and the case may never end. Join the branch within the circle, or begin it outside.',
)
CIRCLE_WITHOUT_WAIT = rule(
    'CIRCLE_WITHOUT_WAIT',
    'error',
    '自动步骤循环，途中既无等待，也不改变所判断的内容，办件会空转到中止：{road}',
    'Automatic steps go round without a wait and without changing what is asked; a case would spin until it is stopped: {road}',
    'Nothing in the circle waits for a person, a message or a time, and no step in it writes what its conditions read, so they say the '
    'same on every round. After 10 000 automatic steps the case stops with an incident.',
)
CIRCLE_AUTOMATIC = rule(
    'CIRCLE_AUTOMATIC',
    'warning',
    '自动步骤循环，途中没有等待：{road}',
    'Automatic steps go round without a wait: {road}',
    'Whether it ends depends on what the steps in it write. After 10 000 automatic steps the case stops with an incident; to try again '
    'later, put a timer into the circle.',
)
NEVER_RUNS = rule(
    'NEVER_RUNS',
    'warning',
    '{it} 虽有流向相连，但永远不会执行',
    '{it} is connected, but never runs',
    'Something always prevents it, for example a subprocess before it that always ends with an error. Ends that take other branches along '
    'are played against them in every order.',
)
RUNS_TWICE = rule(
    'RUNS_TWICE',
    'warning',
    '并行分支在 {it} 没有同步，其后的步骤会执行多次。路径：{road}',
    'Parallel branches meet at {it} without being joined; what follows runs more than once. Path: {road}',
    'Each token that arrives at a node goes on by itself. Join parallel branches with a parallel gateway.',
)
NOT_DECIDED = rule(
    'NOT_DECIDED',
    'warning',
    '未能判定流程 {it} 是否总能办结：{why}',
    'Whether the process {it} always ends was not decided: {why}',
    'The token game is bounded. It says so when it gives up, instead of claiming that all is well.',
)
