"""A scenario says what happens to one case and what must come of it; replayed, it is true or names the step that is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from fakes import boundary_timer, bundle, chain, end, start, user_task

from engine import TRIAL_STEP, Bundle, Effort, read_path
from tasks.workshop.trial import replay
from tasks.workshop.trial.recording import recorded
from tasks.workshop.trial.scenario import Answer, Expect, Scenario, ScenarioError, ScenarioStep, parse_scenario
from tasks.workshop.trial.writing import scenario_text

SHIPPED = read_path(Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence')
START = datetime.fromisoformat('2026-09-21T09:30:00+08:00')
FOR_UNDOING = 'isForCompensation="true"'
FIVE_DAYS = bundle(
    start(milestone='received')
    + user_task('intake')
    + boundary_timer('silence', 'intake', '5个工作日', on_expiry='deemed_pass', basis='x')
    + user_task('review')
    + end(result='granted')
    + chain('start', 'intake', 'review', 'end')
    + chain('silence', 'review')
)


def with_files(**files: str) -> Bundle:
    return Bundle({**SHIPPED.files, **{name.replace('__', '/') + '.toml': text.encode() for name, text in files.items()}}, SHIPPED.name)


def said(of: Bundle, scenario: Scenario) -> str:
    failure = replay.replay(of, scenario)
    return '' if failure is None else f'{failure.step}: {failure.zh}'


@pytest.mark.parametrize('path', replay.scenario_files(SHIPPED))
def test_what_the_shipped_item_promises_comes_true(path: str) -> None:
    assert said(SHIPPED, parse_scenario(SHIPPED.files[path])) == ''


def test_the_shipped_item_has_the_four_unhappy_ways() -> None:
    names = {path.removeprefix('scenarios/').removesuffix('.toml') for path in replay.scenario_files(SHIPPED)}
    assert names >= {'granted', 'supplemented', 'refused', 'deemed-acceptance', 'supplement-expired'}


def test_silence_of_five_working_days_is_acceptance_on_the_sixth_morning() -> None:
    moment = datetime.fromisoformat('2026-09-30T00:00:00+08:00')  # 25 September is the Mid-Autumn Festival
    scenario = Scenario('x', START, steps=(ScenarioStep('advance', 'timer', expect=Expect(at=moment, open=('review',))),))
    assert said(FIVE_DAYS, scenario) == ''
    eve = replace(scenario, steps=(ScenarioStep('advance', '2026-09-29T23:59:59+08:00', expect=Expect(open=('review',))),))
    assert said(FIVE_DAYS, eve) == '1: open 应为 [review]，实为 [intake]'


def test_a_failure_names_the_step_and_what_was_found() -> None:
    steps = (ScenarioStep('complete', 'intake'), ScenarioStep('complete', 'intake'))
    assert said(FIVE_DAYS, Scenario('x', START, steps=steps)) == '2: 环节「intake」（intake）当前没有待办任务'
    finished = Scenario('x', START, steps=(steps[0], ScenarioStep('complete', 'review')), expect=Expect(result='refused'))
    assert said(FIVE_DAYS, finished) == 'None: 结束时result 应为 refused，实为 granted'


def test_a_step_that_must_be_refused_fails_when_it_is_done() -> None:
    scenario = Scenario('x', START, steps=(ScenarioStep('complete', 'intake', refused=True),))
    assert '应被系统拒绝' in said(FIVE_DAYS, scenario)
    assert said(FIVE_DAYS, Scenario('x', START, steps=(ScenarioStep('complete', 'review', refused=True),))) == ''


def test_data_that_no_form_takes_is_a_mistake_of_the_scenario() -> None:
    assert '没有表单' in said(FIVE_DAYS, Scenario('x', START, steps=(ScenarioStep('complete', 'intake', data={'outcome': 'accept'}),)))
    odd = ScenarioStep('complete', 'intake', data={'intake_outcome': 'accept', 'outcom': 'typo'})
    assert 'outcom' in said(SHIPPED, Scenario('x', START, steps=(odd,)))


def test_a_message_nobody_waits_for_and_a_jump_back_are_refused() -> None:
    assert '没有等待消息' in said(FIVE_DAYS, Scenario('x', START, steps=(ScenarioStep('message', 'withdraw'),)))
    assert '过去' in said(FIVE_DAYS, Scenario('x', START, steps=(ScenarioStep('advance', '2026-09-20T00:00:00+08:00'),)))


def test_stand_ins_answer_fail_or_throw_for_handlers() -> None:
    text = SHIPPED.files['scenarios/granted.toml'].decode()
    scenario = replace(parse_scenario(text), handlers=(Answer('issue_licence', fail='打印机无纸'),))
    assert 'open 应为 [make_certificate]，实为 []' in said(SHIPPED, scenario)


def test_the_check_says_which_scenario_failed_and_where() -> None:
    text = SHIPPED.files['scenarios/granted.toml'].decode().replace('promise = 2026-10-08', 'promise = 2026-10-09')
    (problem,) = replay.scenario_problems(with_files(scenarios__granted=text))
    assert (problem.code, problem.severity, problem.file, problem.element) == (
        'SCENARIO_FAILED',
        'error',
        'scenarios/granted.toml',
        'intake',
    )
    assert text.splitlines()[problem.line - 1] == '[[steps]]'
    assert '第 1 步：due.promise 应为 2026-10-09，实为 2026-10-08' in problem.message
    assert 'step 1' in problem.message_en


def test_a_scenario_that_cannot_be_read_is_an_error_with_its_line() -> None:
    found = replay.scenario_problems(with_files(scenarios__odd='name = "x"\nstart = 2026-09-21\n[[steps]]\ncomplte = "intake"\n'))
    assert {(each.code, each.file) for each in found} == {('SCENARIO_UNREADABLE', 'scenarios/odd.toml')}
    assert any(each.line == 4 and 'complete' in each.message for each in found)


@pytest.mark.parametrize(
    'text',
    [
        '',
        'name = 1',
        'name = "x"',
        'name = "x"\nstart = 2026-09-21\nsteps = 3',
        'name = "x"\nstart = "bald"',
        '[[[',
        '\x00',
        'name = "x"\nstart = 2026-09-21\n[[steps]]\nadvance = "soon"',
        'name = "x"\nstart = 2026-09-21\n[[steps]]\ncomplete = "a"\nnumber = 0',
        'name = "x"\nstart = 2026-09-21\n[expect]\nopen = "a"',
    ],
)
def test_broken_scenarios_are_refused_with_reasons(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    assert caught.value.problems


def test_written_and_read_again_a_scenario_is_the_same() -> None:
    scenario = Scenario(
        '引号" 与\n换行',
        START,
        '说明',
        {'姓名': '张三', 'n': 1.5, 'list': [{'a': True}], 'empty': {}},
        (Answer('h', {'no': '1'}, error='E1'),),
        (
            ScenarioStep(
                'complete', 'a', 'li', 2, {'x': 'y', '日期': '2026-09-21'}, expect=Expect(START, ('b',), due={'promise': '2026-10-08'})
            ),
            ScenarioStep('advance', 'timer'),
            ScenarioStep('advance', START.isoformat()),
            ScenarioStep('message', 'm', data={'k': 'v'}, refused=True),
        ),
        Expect(status='active', result='', clocks={'promise': 'met'}, marks=(), variables={'x': 'y'}),
    )
    assert parse_scenario(scenario_text(scenario)) == scenario


@pytest.mark.parametrize('path', replay.scenario_files(SHIPPED))
def test_shipped_scenarios_survive_writing(path: str) -> None:
    scenario = parse_scenario(SHIPPED.files[path])
    assert parse_scenario(scenario_text(scenario)) == scenario


def test_a_recorded_run_comes_true_and_fails_when_the_limit_changes() -> None:
    kept = recorded(FIVE_DAYS, Scenario('x', START, steps=(ScenarioStep('advance', 'timer'), ScenarioStep('complete', 'review'))))
    assert said(FIVE_DAYS, kept) == ''
    assert kept.steps[0].expect is not None
    assert kept.steps[0].expect.open == ('review',)
    assert kept.expect is not None
    assert (kept.expect.status, kept.expect.result) == ('completed', 'granted')
    shorter = Bundle({'process.bpmn': FIVE_DAYS.files['process.bpmn'].replace('5个工作日'.encode(), '4个工作日'.encode())}, 'item')
    assert said(shorter, kept).startswith('1: at 应为')


def test_a_bundle_that_cannot_run_is_said_and_not_raised() -> None:
    broken = Bundle({'process.bpmn': b'<definitions/>', 'scenarios/x.toml': SHIPPED.files['scenarios/granted.toml']}, 'x')
    (problem,) = replay.scenario_problems(broken)
    assert problem.code == 'SCENARIO_FAILED'


def test_a_circle_of_timers_ends_with_a_sentence() -> None:
    circle = bundle(
        start() + '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1M</timeDuration></timerEventDefinition>'
        '</intermediateCatchEvent><exclusiveGateway id="g" default="g__wait"/>'
        + user_task('a')
        + end()
        + chain('start', 'g')
        + chain('g', 'wait', 'g')
        + '<sequenceFlow id="out" sourceRef="g" targetRef="a">'
        '<conditionExpression>= 1 = 2</conditionExpression></sequenceFlow>' + chain('a', 'end')
    )
    assert '循环' in said(circle, Scenario('x', START, steps=(ScenarioStep('advance', '2026-12-01T00:00:00+08:00'),)))


@pytest.mark.parametrize('value', ['nan', '[' * 200 + ']' * 200, '[' * 5000 + ']' * 5000])
def test_values_no_case_keeps_are_a_problem_of_the_check_and_not_its_end(value: str) -> None:
    head = 'name = "x"\nstart = 2026-09-21T09:30:00+08:00\n'
    texts = (f'{head}[variables]\na = {value}\n', f'{head}[[steps]]\ncomplete = "intake"\n[steps.data]\na = {value}\n')
    found = replay.scenario_problems(with_files(scenarios__a=texts[0], scenarios__b=texts[1]))
    assert {(one.code, one.file) for one in found} == {
        ('SCENARIO_UNREADABLE', 'scenarios/a.toml'),
        ('SCENARIO_UNREADABLE', 'scenarios/b.toml'),
    }


def test_scenarios_that_ask_for_too_much_stop_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = Scenario('x', START, steps=(ScenarioStep('complete', 'nobody', refused=True),) * 5)
    assert said(FIVE_DAYS, patient) == ''
    short = replay.replay(FIVE_DAYS, patient, Effort(4 * TRIAL_STEP - 1))
    assert short is not None
    assert (short.step, '运算量超出' in short.zh) == (4, True)
    monkeypatch.setattr(replay, 'MAX_EFFORT_OF_ALL', 9 * TRIAL_STEP)
    text = scenario_text(patient)
    both = Bundle({**FIVE_DAYS.files, 'scenarios/a.toml': text.encode(), 'scenarios/b.toml': text.encode()}, 'x')
    assert [(one.file, '运算量超出' in one.message) for one in replay.scenario_problems(both)] == [('scenarios/b.toml', True)]


def test_a_trial_pays_for_its_acts_and_forms_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A-08: fifty scripts, each within the bound of one act, were played one act after the other: a page waited for all of them."""
    dear = 'n = count(for i in 1..40000 return i)'
    steps = 5
    long = bundle(
        start()
        + ''.join(user_task(f'u{n}') + f'<scriptTask id="s{n}"><script>{dear}</script></scriptTask>' for n in range(steps))
        + end()
        + chain('start', *(name for n in range(steps) for name in (f'u{n}', f's{n}')), 'end')
    )
    scenario = Scenario('x', START, steps=tuple(ScenarioStep('complete', f'u{n}') for n in range(steps)))
    assert said(long, scenario) == ''
    short = replay.replay(long, scenario, Effort(2 * 40_000 + steps * TRIAL_STEP))
    assert short is not None
    assert '运算量超出' in short.zh


def test_a_pick_list_and_an_undoing_are_tried_like_any_other_step() -> None:
    """D-28."""
    undo = '<compensateEventDefinition/>'
    tried = bundle(
        start()
        + f'<adHocSubProcess id="x" name="核查">{user_task("a")}{user_task("b")}<completionCondition>1 = 1</completionCondition>'
        + '</adHocSubProcess>'
        + user_task('pay')
        + f'<boundaryEvent id="pc" attachedToRef="pay">{undo}</boundaryEvent>{user_task("refund", attrs=FOR_UNDOING)}'
        + f'<association id="l" sourceRef="pc" targetRef="refund"/><intermediateThrowEvent id="t">{undo}</intermediateThrowEvent>'
        + end(result='withdrawn')
        + chain('start', 'x', 'pay', 't', 'end')
    )
    steps = (
        ScenarioStep('complete', 'x_pick', data={'x_pick': 'b'}),
        ScenarioStep('complete', 'b'),
        ScenarioStep('complete', 'pay'),
        ScenarioStep('complete', 'refund'),
    )
    kept = recorded(tried, Scenario('x', START, steps=steps))
    assert said(tried, kept) == ''
    assert [step.expect.open for step in kept.steps if step.expect is not None][:3] == [('b', 'x_pick'), ('pay',), ('refund',)]
