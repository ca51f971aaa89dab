"""Migrations run on empty databases of both kinds."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=['sqlite', pytest.param('postgres', marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if request.param == 'sqlite':
        return f'sqlite:///{tmp_path / "empty.sqlite"}'
    url: str = request.getfixturevalue('empty_postgres')
    return url
