"""The web server of `yizhan serve`: waitress with bounds, so that slow or many clients cannot keep the hall from those who work there."""

from __future__ import annotations

import socket
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

CONNECTIONS = 900
"""Open at a time; a process may usually have 1 024 files open."""
IDLE_SECONDS = 20
HEADER_SECONDS = 20
REQUEST_SECONDS = 300
"""How long a connection may say nothing, the head of a request and the whole of it may take to arrive."""
LOOK_SECONDS = 5
HEADER_BYTES = 32 * 1024


class HallServer(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """Closes connections whose request does not arrive in time, also when a byte comes now and then."""

    def maintenance(self, now: float) -> None:
        """Called by waitress every `LOOK_SECONDS`; `now` in seconds of its clock."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            request = channel.request
            if request is None or request.completed:
                continue
            begun = request.__dict__.setdefault('begun', now)
            if now - begun > (REQUEST_SECONDS if request.headers_finished else HEADER_SECONDS):
                channel.will_close = True


def make_server(app: Any, listener: socket.socket, *, threads: int, largest: int) -> HallServer:
    """A server on a bound socket. `largest` is the largest body in bytes; larger ones are refused before they are read."""
    bounds = Adjustments(
        sockets=[listener],
        threads=threads,
        ident='yizhan',
        max_request_body_size=largest,
        max_request_header_size=HEADER_BYTES,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=LOOK_SECONDS,
        asyncore_use_poll=True,
    )
    sockinfo = (listener.family, listener.type, listener.proto, listener.getsockname())
    return HallServer(app, {}, True, listener, adj=bounds, bind_socket=False, sockinfo=sockinfo)
