"""`yizhan cases`: look at cases. No personal data is printed."""

from __future__ import annotations

import click

from engine import SYSTEM
from engine.words import said
from tasks.cases import lists as case_lists
from tasks.words.vocabulary import STATUS
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json
from web.cli.speaking import say, spoken

COLUMNS = ('case_no', 'item_name', 'status', 'result', 'received_at', 'last_day', 'left', 'unit', 'colour')


@click.command()
@click.option('--status', type=click.Choice(sorted(STATUS)), default=None, help='Only cases in this status.')
@click.option('--item', default=None, metavar='CODE', help='Only cases of this item.')
@click.option('--page', default='', metavar='PLACE', help='The page that `next` of an answer before named.')
@database
@as_json
def cases(*, status: str | None, item: str | None, page: str, database: str | None, json_: bool) -> None:
    """List cases, newest first."""
    root = open_root(database)
    with root.engine.reading() as conn:
        found = case_lists.cases(conn, SYSTEM, case_lists.CaseFilter(status=status, item=item), place=page, now=root.clock())
    rows = [{name: getattr(row, name) for name in COLUMNS} for row in found.rows]
    if json_:
        print_json({'total': found.total, 'more': found.more, 'next': found.next, 'cases': rows})
        return
    for row in rows:
        say(f'{row["case_no"]}  {spoken(STATUS.get(row["status"], row["status"]))}  {row["item_name"]}  {row["last_day"] or "—"}')
    counted = {'total': f'{found.total}{"+" if found.more else ""}', 'page': found.next}
    if found.next:
        say(said('共 {total} 件，下一页 --page {page}', '{total} cases, next page: --page {page}', **counted))
    else:
        say(said('共 {total} 件', '{total} cases', **counted))
