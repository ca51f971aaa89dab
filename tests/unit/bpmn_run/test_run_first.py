"""The shortest case: open a task, complete it, come to the end."""

from unit.bpmn_run.sketch import Case, program


def test_a_user_task_opens_and_its_completion_ends_the_case() -> None:
    case = Case(program('start s\nuser a\nend e result=granted\ns -> a -> e'), {'name': '张三'})
    assert case.tasks == ['a']
    done = case.do('a', name='李四')
    assert [one.element for one in done.closed] == ['a']
    assert done.ended is not None
    assert (done.ended.how, done.ended.result, done.ended.element) == ('completed', 'granted', 'e')
    assert case.variables == {'name': '李四'}
