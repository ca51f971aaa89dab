"""Opening the installation a command works on; apart from the options, so that commands without a database stay quick."""

from __future__ import annotations

from typing import Any

import click

from web.cli.options import settings
from web.root import Root, build_root


def open_root(url: str | None, **changes: Any) -> Root:
    """The installation this command works on; its connections are given back when the command ends."""
    root = build_root(settings(url, **changes))
    click.get_current_context().call_on_close(root.engine.close)
    return root
