"""A-04: what left the database is known outside: a chain that was cut off, heads and all, is found by its anchor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import delete, func, select, update

from engine import SYSTEM, Engine, FixedClock, Rejection
from engine.evidence import CASE
from engine.tables import evidence, evidence_head, incident, outbox, process_instance
from tasks.evidence import doctor
from tasks.evidence.anchoring import Sites, plan
from tasks.evidence.anchors import read_lines
from tasks.evidence.export import export_case
from tasks.evidence.tables import evidence_anchor
from tasks.evidence.verifying import verify
from tasks.operations.log import note
from tests.integration.evidence.forging import cut_a_chain, delete_a_case
from web.root import make_engine

JUNE = datetime.fromisoformat('2026-06-01T09:00:00+08:00')


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    """A file of anchors."""
    return Sites(tmp_path / 'anchors' / 'evidence.jsonl')


@pytest.fixture
def clock() -> FixedClock:
    """A morning in June."""
    return FixedClock(JUNE)


@pytest.fixture
def anchored(forger, sites: Sites, clock: FixedClock) -> Iterator[Engine]:
    """The hall after its first anchor."""
    engine = make_engine(forger.url, clock, forger.keys, sites)
    engine.run(SYSTEM, plan)
    engine.tick()
    yield engine
    engine.close()


def findings(engine: Engine, sites: Sites) -> set[tuple[str, str]]:
    return {(one.kind, one.object) for one in doctor.examine(engine, sites.file)}


def test_lines_name_the_end_of_every_chain(anchored, sites: Sites, clock: FixedClock) -> None:
    """A-04: one JSON line an interval, signed and linked; only chains that went on stand in it."""
    anchored.run(SYSTEM, plan)  # planned once
    lines = read_lines(sites.file)
    assert sum(len(line.heads) for line in lines) > 5
    assert [line.n for line in lines] == list(range(1, len(lines) + 1))
    assert findings(anchored, sites) == set()
    clock.move(minutes=59)
    anchored.tick()
    assert len(read_lines(sites.file)) == len(lines)
    clock.move(minutes=1)
    anchored.tick()
    assert len(read_lines(sites.file)) == len(lines) + 1
    assert findings(anchored, sites) == set()
    assert sites.file.stat().st_mode & 0o077 == 0


def test_a_chain_cut_off_with_its_head_is_found(forger, anchored, sites: Sites) -> None:
    """A-04: the newest entries go, the head is set back: the database agrees with itself, the anchor does not."""
    cut_a_chain(forger, head=True)
    assert any(kind == 'cut' and chain.startswith(CASE) for kind, chain in findings(anchored, sites))


def test_a_case_deleted_with_all_its_rows_is_found(forger, anchored, sites: Sites) -> None:
    """A-04: a whole case with its chain; its number is drawn again, so only the anchor knows it."""
    delete_a_case(forger, with_chain=True)
    assert any(kind == 'missing' and chain.startswith(CASE) for kind, chain in findings(anchored, sites))


def test_the_chain_of_the_hall_cut_off_is_found(forger, anchored, sites: Sites) -> None:
    """A-04: the newest act of administration goes with the head of its chain."""
    with forger.database() as connection:
        last = connection.execute(select(evidence).where(evidence.c.chain == 'hall').order_by(evidence.c.seq.desc())).mappings().first()
        connection.execute(delete(evidence).where(evidence.c.id == last['id']))
        connection.execute(update(evidence_head).where(evidence_head.c.chain == 'hall').values(seq=last['seq'] - 1, link=last['previous']))
    assert ('cut', 'hall') in findings(anchored, sites)


@pytest.mark.parametrize('said', [1, 999])
def test_entries_that_are_only_said_to_be_anchored_are_found(forger, anchored, sites: Sites, clock: FixedClock, said: int) -> None:
    """A-04: who marks new entries as anchored keeps them out of every line, and could cut them off unseen whenever he likes."""
    clock.move(minutes=10)
    anchored.run(SYSTEM, lambda tx: note(tx, 'evidence.exported', 'nothing'))
    with forger.database() as connection:
        assert connection.execute(update(evidence).where(evidence.c.anchor.is_(None)).values(anchor=said)).rowcount
    clock.move(minutes=60)
    anchored.tick()
    assert any(kind == 'anchor' and chain.startswith('log/') for kind, chain in findings(anchored, sites))


def test_lines_that_never_left_the_database_are_found(forger, anchored, sites: Sites, clock: FixedClock) -> None:
    """A-04: who deletes the messages keeps the lines from leaving; a line that was made stands in the file, or its message waits."""
    with forger.database() as connection:
        connection.execute(update(evidence_anchor).where(evidence_anchor.c.made_at.is_(None)).values(due_at=JUNE.replace(year=2099)))
        newest = connection.execute(select(func.max(evidence_anchor.c.id)).where(evidence_anchor.c.made_at.is_not(None))).scalar_one()
        connection.execute(delete(outbox).where(outbox.c.topic == 'anchor.file'))
    lines = [one for one in read_lines(sites.file) if one.n != newest]
    sites.file.write_text(''.join(f'{one.text}\n' for one in lines), 'utf-8')
    assert ('anchor', f'anchor {newest}') in findings(anchored, sites)


@pytest.mark.parametrize('how', ['a line is changed', 'a line is left out', 'the database is older'])
def test_the_lines_themselves_are_checked(forger, anchored, sites: Sites, clock: FixedClock, how: str) -> None:
    """A-04: lines are signed, link to each other, and are the same here and there."""
    for _ in range(2):
        clock.move(hours=1)
        anchored.tick()
    texts = sites.file.read_text('utf-8').splitlines()
    if how == 'a line is changed':
        texts[0] = texts[0].replace('"count":', '"count":1')
    elif how == 'a line is left out':
        del texts[1]
    else:
        with forger.database() as connection:
            connection.execute(delete(evidence_anchor).where(evidence_anchor.c.id >= len(texts)))
    sites.file.write_text('\n'.join(texts) + '\n', 'utf-8')
    assert any(kind == 'anchor' for kind, _ in findings(anchored, sites))


def test_an_export_is_proven_by_the_anchors(forger, anchored, sites: Sites, tmp_path: Path) -> None:
    """A-04: a copy cut off before the anchor is found without the database."""
    with anchored.reading() as connection:
        number = connection.execute(select(process_instance.c.business_key).order_by(process_instance.c.id)).scalars().first()
    found = anchored.run(SYSTEM, lambda tx: export_case(tx, str(number)))
    path = tmp_path / 'case.json'
    path.write_text(json.dumps(found), 'utf-8')
    whole = verify(path, anchors=sites.file)
    assert (whole.ok, whole.keys, whole.anchored_at) == (True, 'anchors', JUNE)
    found['chain'].pop()
    path.write_text(json.dumps(found), 'utf-8')
    assert 'cut' in {one.kind for one in verify(path, anchors=sites.file).findings}
    sites.file.write_text('nothing\n', 'utf-8')
    with pytest.raises(Rejection, match='line 1'):
        verify(path, anchors=sites.file)


def test_a_place_that_cannot_be_written_is_an_incident_and_stops_nothing(forger, tmp_path: Path, clock: FixedClock) -> None:
    """A-04: the line waits and is tried again; then an incident is open; lines are still made."""
    (tmp_path / 'anchors').write_text('no folder', 'utf-8')
    engine = make_engine(forger.url, clock, forger.keys, Sites(tmp_path / 'anchors' / 'evidence.jsonl'))
    engine.run(SYSTEM, plan)
    for minutes in (0, 1, 2, 4, 8):
        clock.move(minutes=minutes)
        engine.tick()
    with engine.reading() as connection:
        kinds = connection.execute(select(incident.c.kind).where(incident.c.state == 'open')).scalars().all()
        made = connection.execute(select(evidence_anchor.c.id).where(evidence_anchor.c.made_at.is_not(None))).all()
    engine.close()
    assert 'outbox' in kinds
    assert made


class _Site(BaseHTTPRequestHandler):
    received: list[bytes] = []  # noqa: RUF012

    def do_POST(self) -> None:
        self.received.append(self.rfile.read(int(self.headers['Content-Length'])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def test_lines_go_to_a_second_site(forger, tmp_path: Path, clock: FixedClock) -> None:
    """A-04: by setting, each line is posted to another place."""
    _Site.received.clear()
    server = HTTPServer(('127.0.0.1', 0), _Site)
    Thread(target=server.serve_forever, daemon=True).start()
    sites = Sites(tmp_path / 'evidence.jsonl', url=f'http://127.0.0.1:{server.server_port}/anchors', every=timedelta(minutes=5))
    engine = make_engine(forger.url, clock, forger.keys, sites)
    engine.run(SYSTEM, plan)
    engine.tick()
    engine.close()
    server.shutdown()
    server.server_close()
    assert [line.decode().strip() for line in _Site.received] == sites.file.read_text('utf-8').splitlines()
