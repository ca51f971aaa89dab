"""`yizhan demo`: a made-up hall with cases in every state, and its clock moved on."""

from __future__ import annotations

import click

from engine import SYSTEM
from engine.words import Word, said
from tasks.demo.building import CASES
from web import time_machine
from web.cli.opening import open_root
from web.cli.options import answer, as_json, database, print_json, progress
from web.cli.speaking import Refused, say, spoken
from web.demonstration import fill, may_fill, may_grow
from web.formats import stamp
from web.hall_facts import hall_zone


@click.group(invoke_without_command=True)
@click.option('--cases', type=click.IntRange(1), default=CASES, show_default=True, help='How many; thousands are copied in bulk.')
@database
@as_json
@click.pass_context
def demo(context: click.Context, cases: int, database: str | None, json_: bool) -> None:
    """Fill an empty database with a made-up hall: windows, clerks and cases in every state.

    Run again after a kill it goes on; run on a demo hall with a higher number it adds cases.
    """
    if context.invoked_subcommand is not None:
        return
    root = open_root(database, demo=True)
    root.engine.migrate()
    if not (may_fill(root.engine) or may_grow(root.engine)):
        zh = '数据库中已有政务服务中心；演示数据只能写入空数据库'
        raise Refused(zh, 'Expected an empty database, but there is a hall in it; demo data is only made into an empty one')
    made = progress(Word('演示数据', 'Demo data'), lambda report: fill(root, cases, report), shown=not json_)
    zh, en = '演示数据已生成，共 {cases} 件。下一步：yizhan serve --demo', 'Made the demo data, {cases} cases. Next: yizhan serve --demo'
    facts = {'demo': True, 'cases': made.cases, 'by_status': made.by_status}
    answer(facts, said(zh, en, cases=made.cases), json_=json_)


@demo.command('advance')
@click.option('--to', required=True, metavar='WHEN', help='next-workday, next-timer, present, or an ISO 8601 date or instant.')
@database
@as_json
def advance(to: str, database: str | None, json_: bool) -> None:
    """Move the clock of a made-up hall on; what runs out on the way fires at its own instant, and is printed.

    Running web and worker processes follow at once. Refused for a real hall.
    """
    root = open_root(database, demo=True)
    root.engine.check_schema()
    moved = time_machine.advance(root, SYSTEM, to)
    happened = time_machine.present(root).happened
    if json_:
        lines = [{'case_no': one.case_no, 'at': one.entry.at, 'event': one.entry.event, 'sentence': one.entry.sentence} for one in happened]
        print_json({'from': moved.before, 'now': moved.now, 'stops': moved.stops, 'happened': lines})
        return
    zone = hall_zone(root.engine)
    say(f'{stamp(moved.before, zone)} → {stamp(moved.now, zone)}')
    for one in happened:
        say(f'{stamp(one.entry.at, zone)}  {one.case_no}  {spoken(one.entry.sentence)}')
