"""`yizhan demo`: a made-up hall with cases in every state, and its clock moved on."""

from __future__ import annotations

import click

from engine import SYSTEM
from tasks.demo.building import CASES
from web import time_machine
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json, progress
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
        raise click.ClickException('Expected an empty database, but there is a hall in it; demo data is only made into an empty one')
    made = progress('演示数据', lambda report: fill(root, cases, report), shown=not json_)
    if json_:
        print_json({'demo': True, 'cases': made.cases, 'by_status': made.by_status})
    else:
        click.echo(f'演示数据已生成，共 {made.cases} 件。下一步：yizhan serve --demo')


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
    click.echo(f'{stamp(moved.before, zone)} → {stamp(moved.now, zone)}')
    for one in happened:
        click.echo(f'{stamp(one.entry.at, zone)}  {one.case_no}  {one.entry.sentence}')
