"""A-10: slow, many and large: 105 half-open connections once kept everybody out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from waitress import wasyncore

from web.hall_server import CONNECTIONS, HEADER_BYTES, HEADER_SECONDS, REQUEST_SECONDS, HallServer, make_server


def hall(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = environ['wsgi.input'].read()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body) + 2))])
    return [b'ok' + body]


@pytest.fixture
def server() -> Iterator[HallServer]:
    listener = socket.create_server(('127.0.0.1', 0))
    made = make_server(hall, listener, threads=2, largest=10_000)
    over = threading.Event()

    def loop() -> None:
        while not over.is_set():
            wasyncore.loop(timeout=0.05, use_poll=True, map=made._map, count=1)

    thread = threading.Thread(target=loop)
    thread.start()
    yield made
    over.set()
    thread.join()
    made.task_dispatcher.shutdown()
    wasyncore.close_all(made._map)


def connection(server: HallServer, text: bytes) -> socket.socket:
    made = socket.create_connection(('127.0.0.1', int(server.effective_port)))
    made.sendall(text)
    return made


def answer(server: HallServer, text: bytes) -> str:
    with connection(server, text) as made:
        return made.makefile('rb').readline().decode()


@pytest.mark.parametrize(
    'half', [b'', b'GET / HT', b'GET / HTTP/1.1\r\nHost: a\r\n', b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\nx']
)
def test_a_hall_answers_beside_150_half_open_connections(server: HallServer, half: bytes) -> None:
    """A-10."""
    held = [connection(server, half) for _ in range(150)]
    try:
        assert answer(server, b'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n').startswith('HTTP/1.1 200')
    finally:
        for each in held:
            each.close()
    assert CONNECTIONS > 150


@pytest.mark.parametrize(
    ('sent', 'seconds'),
    [(b'GET / HTTP/1.1\r\nX: y\r\n', HEADER_SECONDS), (b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nx', REQUEST_SECONDS)],
)
def test_a_request_that_arrives_byte_by_byte_is_given_up(server: HallServer, sent: bytes, seconds: int) -> None:
    """A-10: a byte now and then keeps a connection from being idle, and its request from ever being whole."""
    held = connection(server, sent)
    answer(server, b'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')  # by then the other one has been read
    (slow,) = [each for each in server.active_channels.values() if each.request is not None]
    server.next_channel_cleanup = float('inf')  # from here on we say when it is
    now = slow.last_activity + 10_000
    vars(slow.request).pop('begun', None)
    for passed, given_up in ((0, False), (seconds, False), (seconds + 1, True)):
        slow.last_activity = now + passed
        server.maintenance(now + passed)
        assert slow.will_close is given_up, passed
    held.close()


def test_what_is_too_large_is_refused_before_it_is_read(server: HallServer) -> None:
    """A-10: by the head of the request, whatever follows."""
    large = b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10001\r\nConnection: close\r\n\r\n'
    assert ' 413 ' in answer(server, large)
    assert ' 431 ' in answer(server, b'GET / HTTP/1.1\r\nHost: a\r\nX: ' + b'x' * HEADER_BYTES + b'\r\n\r\n')
