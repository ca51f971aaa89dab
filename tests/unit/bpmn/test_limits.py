"""Limits as analysts write them: refused when they are over before they begin, compared across units over the calendar."""

from __future__ import annotations

import pytest
from unit.bpmn.building import ITEM, bare, boundary, check, flows, node, properties, timer, user

from engine.bpmn import apply

OVER = 'LIMIT_BEFORE_ITS_BEGINNING'
EXCEEDED, MAY, WALL = 'PROMISE_EXCEEDED', 'PROMISE_MAY_BE_EXCEEDED', 'LIMIT_WALL_CLOCK'


def item(promise: str = '7个工作日', statutory: str = '20个工作日') -> str:
    return ITEM.replace('7个工作日', promise).replace('20个工作日', statutory)


def promised(inside: str, road: str) -> bytes:
    """From accepted to decided under a promise timer, over the steps given."""
    sub = node('startEvent', 'is') + inside + node('endEvent', 'ie', properties(milestone='decided')) + flows(road)
    around = node('subProcess', 'sub', sub) + boundary('late', 'sub', timer('promise'), interrupting=False) + node('endEvent', 'late_end')
    begin = node('startEvent', 'start') + user('intake', properties(milestone='accepted'))
    return bare(begin + around + node('endEvent', 'end', properties(result='done')) + flows('start>intake>sub>end, late>late_end'))


def limited(identity: str, text: str, **more: object) -> str:
    """A step with a limit that warns."""
    return (
        user(identity)
        + boundary(f'{identity}_t', identity, timer(text), interrupting=False)
        + node('endEvent', f'{identity}_e')
        + flows(f'{identity}_t>{identity}_e')
    )


def told(source: bytes, among: set[str], **files: str) -> dict[str, str]:
    return {each.code: each.message for each in check(source, **{'item_toml': item(), **files}) if each.code in among}


@pytest.mark.parametrize(
    ('limit', 'promise', 'over'),
    [
        ('promise - 9个工作日', '7个工作日', True),
        ('promise - 7个工作日', '7个工作日', True),
        ('promise - 6个工作日', '7个工作日', False),
        ('promise - 10日', '7个工作日', True),  # from a Monday on it is nine days long
        ('promise - 5日', '7个工作日', False),
        ('promise - P10D', '7个工作日', True),
        ('promise - PT12H', '7个工作日', False),
        ('promise - P3D', '2日', True),
        ('promise - 60个工作小时', '7个工作日', True),
        ('promise - 30个工作小时', '7个工作日', False),
        ('promise - 5个工作日', '7日', True),  # over a long holiday seven days hold fewer
        ('statutory - 25个工作日', '7个工作日', True),
        ('statutory - 2个工作日', '7个工作日', False),
        ('promise + 9个工作日', '7个工作日', False),
    ],
)
def test_a_limit_that_takes_off_more_than_there_is_names_both_numbers(limit, promise, over):
    """D-14: judged on every working day of the calendar, units mixed."""
    found = told(promised(limited('v', limit), 'is>v>ie'), {OVER}, item_toml=item(promise))
    assert (OVER in found) is over
    if over:
        assert limit.partition('- ')[2] in found[OVER]
        assert (promise if limit.startswith('promise') else '20个工作日') in found[OVER]


@pytest.mark.parametrize(
    ('limits', 'code'),
    [
        (['60日'], EXCEEDED),
        (['100个工作小时'], EXCEEDED),
        (['P30D'], EXCEEDED),
        (['P1M'], EXCEEDED),
        (['8个工作日'], EXCEEDED),
        (['4个工作日', '4个工作日'], EXCEEDED),
        (['4个工作日', '20日'], EXCEEDED),
        (['4个工作日', '10日'], MAY),
        (['9日'], MAY),
        (['3个工作日', '5日'], MAY),
        (['2026-06-01'], MAY),
        (['2020-06-01'], None),
        (['P2D'], WALL),
        (['3个工作日', 'P1D'], WALL),
        (['PT4H'], None),
        (['20个工作小时', '2个工作日'], None),
        (['3个工作日', '4个工作日'], None),
        (['${limit}'], None),
    ],
)
def test_step_limits_are_laid_beside_the_promise_in_whatever_unit(limits, code):
    """D-15: refused when too long from every working day on, warned when from some; wall-clock days beside working days are warned of."""
    names = [f'v{number}' for number in range(len(limits))]
    inside = ''.join(limited(name, limit) for name, limit in zip(names, limits, strict=True))
    found = told(promised(inside, '>'.join(['is', *names, 'ie'])), {EXCEEDED, MAY, WALL})
    assert list(found) == ([code] if code else [])


@pytest.mark.parametrize(('limits', 'code'), [(['60日', '2个工作日'], EXCEEDED), (['6日', '4个工作日'], None)])
def test_of_parallel_branches_the_longest_counts(limits, code):
    """D-15: branches run beside each other."""
    inside = node('parallelGateway', 'f') + node('parallelGateway', 'j') + limited('a', limits[0]) + limited('b', limits[1])
    found = told(promised(inside, 'is>f>a>j>ie, f>b>j'), {EXCEEDED, MAY})
    assert list(found) == ([code] if code else [])


@pytest.mark.parametrize(('sequential', 'count', 'code'), [('true', '3', EXCEEDED), ('true', '2', None), ('false', '9', None)])
@pytest.mark.parametrize('limit', ['3个工作日', '24个工作小时'])
def test_a_sequential_loop_around_a_step_counts_it_as_often(sequential, count, code, limit):
    """D-15: 3 × 3 working days are more than 7; side by side they are not."""
    count = f'<bpmn:loopCardinality>{count}</bpmn:loopCardinality>'
    loop = node('multiInstanceLoopCharacteristics', 'lc', count, isSequential=sequential)
    body = node('startEvent', 'ls') + limited('v', limit) + node('endEvent', 'le') + flows('ls>v>le') + loop
    found = told(promised(node('subProcess', 'l', body), 'is>l>ie'), {EXCEEDED, MAY})
    assert list(found) == ([code] if code else [])


@pytest.mark.parametrize(('limit', 'code'), [('60日', EXCEEDED), ('2日', None), ('5个工作日', EXCEEDED)])
def test_the_steps_of_a_called_process_count(limit, code):
    """D-15: the call is as long as the process it calls."""
    called = bare(node('startEvent', 'cs') + limited('c', limit) + node('endEvent', 'ce') + flows('cs>c>ce'), process='q')
    inside = limited('v', '3个工作日') + node('callActivity', 'call', calledElement='q')
    found = told(promised(inside, 'is>v>call>ie'), {EXCEEDED, MAY}, called_bpmn=called)
    assert list(found) == ([code] if code else [])


@pytest.mark.parametrize(
    ('text', 'kind', 'written'),
    [('&quot;PT4H&quot;', 'timeDuration', 'PT4H'), ('timedelta(hours=4)', 'timeDuration', 'PT4H'), ('PT4H', 'timeCycle', 'R/PT4H')],
)
def test_the_text_to_write_is_offered_as_a_fix(text, kind, written):
    """D-33: one click writes it, and the limit can be read then."""
    guarded = user('u') + boundary('t', 'u', timer(text, kind), interrupting=False) + node('endEvent', 'te')
    source = bare(node('startEvent', 's') + guarded + node('endEvent', 'e') + flows('s>u>e, t>te'))
    (problem,) = [each for each in check(source) if each.code == 'TIMER_LIMIT_UNREADABLE']
    (fix,) = problem.fixes
    assert written in fix.title
    mended = apply(source, fix)
    assert f'>{written}<'.encode() in mended
    assert not [each for each in check(mended) if each.code.startswith('TIMER_LIMIT')]


@pytest.mark.parametrize(('interrupting', 'warned'), [(False, False), (True, True)])
def test_a_repeating_start_of_an_event_subprocess_runs_beside_its_scope(interrupting, warned):
    """D-26: BPMN 2.0.2 §10.5.2; one that interrupts happens once, and that is said."""
    handler = (
        node('startEvent', 'hs', timer('R/P3D', 'timeCycle'), isInterrupting=str(interrupting).lower()) + user('h') + node('endEvent', 'he')
    )
    inside = node('subProcess', 'esp', handler + flows('hs>h>he'), triggeredByEvent='true')
    problems = check(bare(node('startEvent', 's') + user('u') + node('endEvent', 'e') + flows('s>u>e') + inside))
    assert not [each for each in problems if each.is_error]
    assert ('TIMER_REPEAT_MISPLACED' in {each.code for each in problems}) is warned
