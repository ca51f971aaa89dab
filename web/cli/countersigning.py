"""`yizhan countersign`: what waits for a second person, confirmed, signed or settled from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import click
from sqlalchemy import Connection

from engine import Actor
from engine.words import Word, said
from tasks.operations import countersigning, proposals
from tasks.people.names import names_of
from tasks.words.vocabulary import ACTION
from web.cli.acting import Who, by_whom
from web.cli.opening import open_root
from web.cli.options import answer, as_json, database, print_json
from web.cli.speaking import WrongUsage, say, spoken
from web.formats import stamp
from web.hall_facts import hall_zone
from web.root import Root

_STATES = {
    'proposal': Word('待确认', 'to be confirmed'),
    'unsigned': Word('待会签', 'to be signed'),
    'objection': Word('有异议', 'objected to'),
}


@click.command()
@click.argument('number', type=int, required=False)
@click.option('--proposal', is_flag=True, help='NUMBER is that of a proposal: agreeing does it.')
@click.option('--verdict', type=click.Choice(list(countersigning.VERDICT)), help='What the second person says.')
@click.option('--shown', default=None, metavar='DIGEST', help='With --proposal: the digest that was listed; refused when it is another.')
@click.option('--settled', is_flag=True, help='The objection to act NUMBER is settled; --reason says how.')
@click.option('--reason', default='', help='Needed to object and to settle.')
@by_whom
@database
@as_json
def countersign(
    *,
    number: int | None,
    proposal: bool,
    verdict: str | None,
    shown: str | None,
    settled: bool,
    reason: str,
    by: Who,
    database: str | None,
    json_: bool,
) -> None:
    """Sign what one person did alone, or confirm what he proposed. Without a NUMBER, list what waits."""
    root = open_root(database)
    root.engine.check_schema()
    actor = by.actor(root)
    if number is None:
        _list(root, actor, json_=json_)
        return
    if settled == (verdict is not None) or (settled and proposal):
        raise WrongUsage('应给出 --verdict，或对有异议的操作给出 --settled', 'Expected --verdict, or --settled for an act objected to')
    if settled:
        root.engine.run(actor, partial(countersigning.settle, act_id=number, remark=reason))
    elif proposal:
        _decide(root, actor, number, (str(verdict), reason), shown)
    else:
        root.engine.run(actor, partial(countersigning.countersign, act_id=number, verdict=str(verdict), remark=reason))
    facts = {'number': number, 'proposal': proposal, 'verdict': verdict, 'settled': settled}
    answer(facts, said('第 {n} 项已处理', 'No. {n} is done', n=number), json_=json_)


def _decide(root: Root, actor: Actor, number: int, said: tuple[str, str], seen: str | None) -> None:
    verdict, reason = said
    with root.engine.reading() as connection:
        wanted = proposals.find(connection, actor, number)
        prepared = proposals.prepare(connection, wanted, verdict)
    root.engine.run(actor, lambda tx: proposals.decide(tx, number, verdict, reason, prepared, seen=seen))


def _list(root: Root, actor: Actor, *, json_: bool) -> None:
    with root.engine.reading() as connection:
        proposed = _every(connection, actor)
        cards = {one.id: proposals.shown(connection, one) for one in proposed}
        rows: list[tuple[str, Any]] = [('proposal', one) for one in proposed]
        rows += [('unsigned', one) for one in countersigning.waiting(connection, actor)]
        rows += [('objection', one) for one in countersigning.objections(connection, actor)]
        names = names_of(connection, [one.by for _state, one in rows])
    if json_:
        print_json([_facts(state, one, cards) for state, one in rows])
        return
    zone = hall_zone(root.engine)
    for state, one in rows:
        zh, en = '{n}　{state}　{what} {object}　{by}　{at}　{why}', '{n}  {state}  {what} {object}  {by}  {at}  {why}'
        facts = {'n': one.id, 'state': _STATES[state], 'what': ACTION[one.action], 'object': one.object, 'by': names[one.by]}
        say(said(zh, en, at=stamp(one.at, zone), why=one.reason, **facts))
        if state == 'proposal':
            _tell(cards[one.id])
    if not rows:
        say(Word('没有待会签的操作', 'Nothing waits for a second person'))


def _every(connection: Connection, actor: Actor) -> list[proposals.ProposedAct]:
    found = page = proposals.waiting(connection, actor)
    while len(page) == proposals.MOST_WAITING:
        page = proposals.waiting(connection, actor, after=page[-1].id)
        found = found + page
    return found


def _tell(card: proposals.Shown) -> None:
    for line in card.lines:
        zh, en = ('　　{label}：{before} → {after}', '    {label}: {before} → {after}')
        if line.before is None:
            zh, en = '　　{label}：{after}', '    {label}: {after}'
        say(said(zh, en, label=line.label, before=line.before or '', after=line.after))
    say(said('　　摘要（--shown）：{digest}', '    digest (--shown): {digest}', digest=card.digest))


def _facts(state: str, one: Any, cards: Mapping[int, proposals.Shown]) -> dict[str, Any]:
    facts = {'state': state, **{name: getattr(one, name) for name in ('id', 'action', 'object', 'reason', 'by', 'at')}}
    if state == 'proposal':
        lines = [{'label': spoken(one.label), 'before': one.before, 'after': one.after} for one in cards[one.id].lines]
        facts |= {'would': lines, 'shown': cards[one.id].digest}
    return facts
