"""`yizhan clock`: whether the machines' clocks are believed, and what a wrong one did, taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from engine.words import Word, joined, said
from tasks.clock.guard import confirm, open_doubts
from tasks.clock.taking_back import preview
from tasks.migration import batches, views
from tasks.migration.choice import taking_back
from web.cli.acting import Who, by_whom
from web.cli.opening import open_root
from web.cli.options import answer, as_json, database, print_json, progress
from web.cli.speaking import WrongUsage, say, spoken
from web.formats import stamp
from web.hall_facts import hall_zone
from web.root import Root


@click.group()
def clock() -> None:
    """The machines' clocks: doubts, and what a wrong one did."""


@clock.command()
@database
@as_json
def show(*, database: str | None, json_: bool) -> None:
    """List the clocks that are doubted; exit code 1 when there is one."""
    root = open_root(database)
    root.engine.check_schema()
    with root.engine.reading() as connection:
        found = open_doubts(connection)
    if json_:
        print_json(
            [{'id': one, 'host': host, 'kind': d.kind, 'machine_at': d.machine_at, 'expected_at': d.expected_at} for one, host, d in found]
        )
    for number, host, doubt in () if json_ else found:
        say(said('{id}  {host}：{what}', '{id}  {host}: {what}', id=number, host=host, what=doubt.sentence))
    if not found and not json_:
        say(Word('没有时钟疑问', 'No clock is doubted'))
    raise SystemExit(1 if found else 0)


@clock.command('confirm')
@click.argument('doubt', type=int)
@click.option('--reason', required=True, help='Why the clock is right after all; kept in the operator log.')
@by_whom
@database
@as_json
def confirm_clock(*, doubt: int, reason: str, by: Who, database: str | None, json_: bool) -> None:
    """Say that the clock of DOUBT (a number `clock show` names) is right: its worker goes on."""
    root = open_root(database)
    root.engine.run(by.actor(root), lambda tx: confirm(tx, doubt, reason))
    answer({'confirmed': doubt}, Word('已确认时钟正确', 'The clock is confirmed'), json_=json_)


@clock.command('take-back')
@click.option(
    '--since', metavar='INSTANT', default=None, help='From which recorded instant on the clock was wrong; default: what lies ahead.'
)
@click.option('--until', metavar='INSTANT', default=None, help='Before which recorded instant it was wrong.')
@click.option('--case', 'cases', multiple=True, metavar='NO', help='Only this case; may be repeated.')
@click.option('--dry-run', is_flag=True, help='List the cases with what would be taken back; change nothing.')
@click.option('--reason', default='', help='Why; it stands in every corrected notice. Needed unless --dry-run.')
@by_whom
@database
@as_json
def take_back(
    *, since: str | None, until: str | None, cases: tuple[str, ...], dry_run: bool, by: Who, database: str | None, json_: bool, **told: str
) -> None:
    """Take back what the software did by itself while the clock was wrong, case by case; applicants get corrected notices.

    Cases a person has acted on since are left to a person. Exit code 1 when there is one.
    """
    root = open_root(database)
    root.engine.check_schema()
    begin = _instant(root, since) or root.clock()
    end = _instant(root, until)
    if dry_run:
        _preview(root, begin, end, cases, json_)
    batch = root.engine.run(by.actor(root), lambda tx: batches.place(tx, taking_back(begin, end, cases), told['reason']))
    done = progress(Word('撤回', 'Taking back'), lambda report: batches.work(root.engine, batch, report=report), shown=not json_)
    with root.engine.reading() as connection:
        rows = views.case_rows(connection, batch)
    if json_:
        listed = [{'case_no': row.case_no, 'state': row.state, 'zh': row.zh, 'en': row.en} for row in rows]
        print_json({'batch': batch, 'counts': done.counts, 'cases': listed})
    else:
        for row in rows:
            say(f'{row.case_no}  {spoken(views.ROW_STATE[row.state])}  {spoken(Word(row.zh, row.en))}'.rstrip())
    raise SystemExit(0 if set(done.counts) <= {'done'} else 1)


def _instant(root: Root, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        wrong = said('时间格式应为 2026-03-02T09:00，而不是 {text}', 'Expected an ISO 8601 instant, but got {text}', text=text)
        raise WrongUsage(wrong, wrong.en) from error
    return found if found.tzinfo else found.replace(tzinfo=hall_zone(root.engine))


def _preview(root: Root, since: datetime, until: datetime | None, cases: tuple[str, ...], json_: bool) -> None:
    with root.engine.reading() as connection:
        found = [one for one in preview(connection, since, until) if not cases or one.case_no in cases]
    if json_:
        print_json({'dry_run': True, 'since': since, 'cases': [_facts(one) for one in found]})
        raise SystemExit(0)
    for one in found:
        state = one.refusal or (Word('重新打开', 'reopened') if one.reopened else Word('恢复到此前状态', 'set back to the state before'))
        papers = joined(one.documents) or Word('无文书', 'no documents')
        zh, en = '{case_no}  {state}；亮牌 {marks}；文书：{papers}', '{case_no}  {state}; marks: {marks}; documents: {papers}'
        say(said(zh, en, case_no=one.case_no, state=state, marks=one.marks, papers=papers))
    zh, en = '自 {since} 起共 {n} 件；未作任何改动', 'From {since} on; cases: {n}; nothing was changed'
    say(said(zh, en, n=len(found), since=stamp(since, hall_zone(root.engine))))
    raise SystemExit(0)


def _facts(one: Any) -> dict[str, Any]:
    refusal = {'zh': str(one.refusal), 'en': one.refusal.en} if one.refusal else None
    return {'case_no': one.case_no, 'documents': list(one.documents), 'marks': one.marks, 'reopened': one.reopened, 'refusal': refusal}
