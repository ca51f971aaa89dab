"""A-04, A-09: a site that is slow, silent or drips holds up nobody's writing; the line is tried again, and sent once it can be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Row, select

from engine import SYSTEM, Engine, FixedClock
from engine.tables import outbox
from engine.timing.outbox import CLAIMED
from tasks.evidence import anchoring
from tasks.evidence.anchoring import Sites, plan
from tasks.operations.log import note
from tests.integration.evidence.test_anchors import JUNE
from web.root import make_engine


class Site(ThreadingHTTPServer):
    """Another place: `asked` is set when somebody posts, `answer` lets it answer; `drips`: it sends one letter now and then instead."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), _Handler)
        self.asked, self.answer, self.drips, self.status, self.taken = Event(), Event(), False, 204, list[str]()
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self.server_port}/anchors?of=hall'


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_POST(self) -> None:
        line = self.rfile.read(int(self.headers['Content-Length'])).decode().strip()
        self.server.asked.set()
        while not self.server.answer.wait(0.02):
            if self.server.drips:
                with suppress(OSError):
                    self.wfile.write(b'H')
        with suppress(OSError):
            self.send_response(self.server.status)
            self.end_headers()
        if self.path == '/anchors?of=hall' and self.server.status < 300:
            self.server.taken.append(line)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.answer.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(JUNE)


@pytest.fixture
def engine(forger, site: Site, clock: FixedClock, tmp_path: Path) -> Iterator[Engine]:
    """A worker whose lines go to the site, too."""
    made = make_engine(forger.url, clock, forger.keys, Sites(tmp_path / 'evidence.jsonl', url=site.url, every=timedelta(days=9)))
    made.run(SYSTEM, plan)
    yield made
    made.close()


def posted(engine: Engine) -> Row[tuple[str, int, object]]:
    columns = select(outbox.c.state, outbox.c.attempts, outbox.c.next_try)
    with engine.reading() as connection:
        return connection.execute(columns.where(outbox.c.topic == 'anchor.post').order_by(outbox.c.id).limit(1)).one()


def test_others_write_while_a_site_is_silent(forger, engine: Engine, site: Site, clock: FixedClock) -> None:
    """A-09: on SQLite, where there is one writer, a clerk's write goes through while the worker waits for an answer."""
    clerk = make_engine(forger.url, clock, forger.keys)
    worker = Thread(target=engine.tick)
    worker.start()
    assert site.asked.wait(60)
    clerk.run(SYSTEM, lambda tx: note(tx, 'evidence.exported', 'nothing'), attempts=1)
    assert posted(clerk).state == 'waiting'
    assert clerk.sweep('outbox').done == 0, 'another worker does not send it a second time meanwhile'
    site.answer.set()
    worker.join()
    clerk.close()
    assert posted(engine).state == 'sent'
    assert site.taken


@pytest.mark.parametrize('how', ['silent', 'drips', 'refuses'])
def test_a_site_has_so_much_time_and_is_tried_again_later(engine: Engine, site: Site, clock: FixedClock, monkeypatch, how: str) -> None:
    """A-04: whatever it does meanwhile; a failure waits one minute, then two."""
    monkeypatch.setattr(anchoring, 'SECONDS', 0.3)
    site.drips = how == 'drips'
    if how == 'refuses':
        site.status = 503
        site.answer.set()
    for attempts in (1, 2):
        engine.tick()
        assert tuple(posted(engine)) == ('waiting', attempts, clock() + timedelta(minutes=attempts))
        engine.tick()
        assert posted(engine).attempts == attempts
        clock.move(minutes=attempts)
    site.drips, site.status = False, 204
    site.answer.set()
    engine.tick()
    assert posted(engine).state == 'sent'


def test_a_worker_that_dies_while_sending_leaves_the_line_to_the_next(engine: Engine, site: Site, clock: FixedClock, monkeypatch) -> None:
    """A-04: the claim ends by itself."""

    def die(*_args: object) -> bytes:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(anchoring, '_send', die)
        with pytest.raises(SystemExit):
            engine.tick()
    engine.tick()
    assert not site.asked.is_set()
    site.answer.set()
    clock.move(minutes=CLAIMED.total_seconds() / 60)
    engine.tick()
    assert posted(engine).state == 'sent'
