"""B-03: before what a wrong clock did is taken back, an administrator sees it case by case; afterwards each case says what was done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engine.tables import history
from tasks import tables as t

WRONG = 400


@pytest.fixture
def wronged(office, clock, cases):
    """One tick 400 days ahead that nobody stopped; the clock is right again."""
    since = f'{clock().astimezone() + timedelta(days=2):%Y-%m-%dT%H:%M}'
    clock.move(days=WRONG)
    while office.tick().done:
        pass
    clock.move(days=-WRONG, minutes=1)
    return since


def events(office) -> int:
    with office.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(history)).scalar_one())


def test_the_preview_names_every_case_and_changes_nothing(office, visitor, cases, wronged) -> None:
    """B-03: what will be undone, which documents a corrected notice will name; then it is carried out, and told case by case."""
    administrator, before = visitor('guanli'), events(office)
    assert '预览' in administrator.get('/migrations/take-back').words
    page = administrator.get(f'/migrations/take-back?since={wronged}')
    with office.reading() as connection:
        issued = set(connection.execute(select(t.document.c.number).where(t.document.c.kind != 'receipt')).scalars())
    assert any(case_no in page.words for case_no in cases)
    assert events(office) == before
    named = {number for number in issued if number in page.words}
    assert named
    ordered = administrator.post('/migrations', {**page.form('/migrations'), 'reason': '服务器时钟错误'})
    done = administrator.get(ordered.location)
    with office.reading() as connection:
        rows = connection.execute(select(t.document.c.number, t.document.c.body).where(t.document.c.kind == 'correction')).all()
    assert rows
    assert all(row.number in done.words for row in rows), 'the report lists the corrected notices'
    assert all(any(number in row.body for row in rows) for number in named)
    assert '须人工处理' in administrator.get(f'/migrations/take-back?since={wronged}').words


@pytest.mark.parametrize('said', ['since=soon', 'since=2026-03-02T09:00&until=x'])
def test_an_instant_that_is_none_is_refused(visitor, said: str) -> None:
    """B-03: nobody guesses what was meant."""
    assert '时间格式' in visitor('guanli').get(f'/migrations/take-back?{said}', 422).words


@pytest.mark.parametrize('who', ['chuangkou', 'liucheng', 'jiancha'])
def test_who_may_not_move_cases_sees_no_preview(visitor, who: str) -> None:
    """A-01: the same right as for what follows."""
    visitor(who).get('/migrations/take-back', 403)
