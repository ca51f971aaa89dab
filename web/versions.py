"""A version of an item by the name pages and addresses give it: `definition:3`, `draft:5`, `release:2`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine import Actor, Bundle, Rejection, read_zip
from engine.words import said
from tasks.catalogue import views as catalogue
from tasks.catalogue.releases import queries as releases
from tasks.workshop import queries as workshop


@dataclass(frozen=True)
class Version:
    """A bundle with what a page calls it."""

    source: str
    title: str
    bundle: Bundle


def version(connection: Connection, actor: Actor, source: str) -> Version:
    """Raises Rejection for a name that is none, NotFound."""
    kind, _, number = source.partition(':')
    if number.isascii() and number.isdigit() and len(number) < 10:
        if kind == 'definition':
            origin, zipped = workshop.deployed(connection, actor, int(number))
            return Version(
                source,
                said('{name} 第 {version} 版', '{name} version {version}', name=origin.name, version=origin.version),
                read_zip(zipped, origin.key),
            )
        if kind == 'draft':
            bundle = workshop.bundle_of(connection, actor, int(number))
            return Version(source, said('草稿：{name}', 'Draft: {name}', name=bundle.name), bundle)
        if kind == 'release':
            row, bundle = releases.submission(connection, actor, int(number))
            return Version(source, said('发布申请：{name}', 'Submission: {name}', name=row.name), bundle)
    raise Rejection(f'Expected a version like definition:3, but found {source!r}', '请选择要比较的版本')


def choices(connection: Connection, actor: Actor) -> list[tuple[str, str]]:
    """What can be compared: drafts that are open or submitted, then every deployed version; (source, title)."""
    drafts = [row for state in ('open', 'submitted') for row in workshop.drafts(connection, actor, state=state)]
    found: list[tuple[str, str]] = [(f'draft:{row.id}', said('草稿：{name}', 'Draft: {name}', name=row.name)) for row in drafts]
    return found + [
        (f'definition:{row.id}', said('{name} 第 {version} 版', '{name} version {version}', name=row.name, version=row.version))
        for row in catalogue.definitions(connection)
    ]
