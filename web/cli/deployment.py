"""`yizhan deploy`: put a bundle into force."""

from __future__ import annotations

from pathlib import Path

import click

from engine import Undeployable, read_path
from engine.words import said
from tasks.catalogue import items
from tasks.people.vacant import EmptyPosts
from web.cli.acting import Intent, Who, by_whom, propose
from web.cli.checking import tell_empty_posts, tell_undeployable
from web.cli.opening import open_root
from web.cli.options import answer, as_json, database
from web.cli.speaking import say


@click.command()
@click.argument('path', type=click.Path(exists=True, path_type=Path))
@click.option('--reason', required=True, help='Why; kept with the definition.')
@click.option('--despite-empty', is_flag=True, help='Deploy it although nobody works the post of a step.')
@by_whom
@database
@as_json
def deploy(*, path: Path, reason: str, despite_empty: bool, by: Who, database: str | None, json_: bool) -> None:
    """Check a bundle and put it into force for new cases. Running cases keep the version they began under."""
    root = open_root(database)
    engine = root.engine
    engine.migrate()
    bundle = read_path(path)
    try:
        actor = by.actor(root)
        if by.proposes:
            code = items.check(engine, bundle, despite_empty=despite_empty)
            wanted = Intent('item.deployed', code, reason, {'despite_empty': despite_empty}, bundle.zipped())
            propose(root, actor, wanted, json_=json_)
            return
        done = items.check_and_deploy(engine, actor, bundle, reason, despite_empty=despite_empty)
    except Undeployable as refusal:
        tell_undeployable(refusal, json_=json_)
        if not json_ and any(str(problem.code).endswith('NOT_IN_HALL') for problem in refusal.problems):
            zh = '大厅中没有的部门和窗口：yizhan hall adopt {path} 会按事项建立'
            en = 'Departments and windows the hall has not: `yizhan hall adopt {path}` makes those the item names.'
            say(said(zh, en, path=path), err=True)
        raise SystemExit(1) from refusal
    except EmptyPosts as refusal:
        tell_empty_posts(refusal)
        raise SystemExit(1) from refusal
    facts = {'definition_id': done.definition_id, 'item': done.item_code, 'version': done.version}
    zh, en = '已部署「{name}」（{item}）第 {version} 版', 'Deployed {name} ({item}), version {version}'
    answer({'deployed': True, **facts}, said(zh, en, name=done.item_name, **facts), json_=json_)
