"""How connections to the two databases are set."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.core.database import connect


@pytest.mark.postgres
@pytest.mark.parametrize(('setting', 'value'), [('jit', 'off'), ('lock_timeout', '5s'), ('TimeZone', 'UTC')])
def test_every_postgresql_connection_is_set(postgres_server: str, setting: str, value: str) -> None:
    """P-01: no statement of ours runs long enough to be worth compiling."""
    database = connect(postgres_server, pool_size=1)
    with database.connect() as connection:
        assert connection.execute(text(f'SHOW {setting}')).scalar_one() == value
    database.dispose()
