"""One program serves many threads at once."""

from concurrent.futures import ThreadPoolExecutor

from unit.bpmn_run.sketch import Case, program

TEXT = """
start s
and f
user a each=people as=one until=nrOfCompletedInstances=2
sub p {
start i
user b
end j
i -> b -> j
}
and k
script c script='sum = x + y'
user z
end e
on p timer t
s -> f
f -> a -> k
f -> p -> k
k -> c -> z -> e
t -> e
"""


def walk(number: int) -> tuple[object, ...]:
    case = Case(PROGRAM, {'people': ['甲', '乙', '丙']})
    case.do('a', x=number)
    case.do('b', y=1000)
    case.do('a')
    answer = case.variables['sum']
    case.do('z')
    return answer, case.ended, tuple(case.passed)


PROGRAM = program(TEXT)


def test_threads_do_not_disturb_each_other() -> None:
    alone = walk(0)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(walk, range(200)))
    assert [answer for answer, *_ in together] == [number + 1000 for number in range(200)]
    assert {rest for _, *rest in map(tuple, together) for rest in [tuple(rest)]} == {alone[1:]}
