"""Whose `X-Forwarded-*` headers are believed: those of the proxies that a setting names, of nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED = ('HTTP_FORWARDED', 'HTTP_X_FORWARDED_FOR', 'HTTP_X_FORWARDED_PROTO', 'HTTP_X_FORWARDED_HOST', 'HTTP_X_FORWARDED_PORT')

SPOKEN_FOR = 'yizhan.spoken_for'
"""In `environ`: a proxy nobody named spoke for somebody else. Its headers are gone, but who asks is not this machine."""


class NamedProxies:
    """Reads the forwarding headers of `count` proxies when the connection comes from one of `named`; else takes them away."""

    def __init__(self, app: WSGIApplication, named: Iterable[IPv4Network | IPv6Network], count: int) -> None:
        self.app = app
        self.named = tuple(named)
        self.behind = ProxyFix(app, x_for=count, x_proto=count, x_host=count)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self.knows(environ.get('REMOTE_ADDR', '')):
            return self.behind(environ, start_response)
        taken = [environ.pop(header, None) for header in FORWARDED]
        environ[SPOKEN_FOR] = any(taken)
        return self.app(environ, start_response)

    def knows(self, address: Any) -> bool:
        """Whether a connection from this address is one of a named proxy."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.named)
