"""`yizhan cases` and `yizhan explain`: look at cases, and at why one is due when it is. No personal data is printed."""

from __future__ import annotations

from typing import Any

import click

from web.cli.options import as_json, database, print_json, settings
