"""`python -m migrations MESSAGE` writes the next revision from the difference between the newest one and the tables. Read it before use."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from engine.core.database import connect
from engine.core.schema import config, upgrade


def main(message: str) -> None:
    """Compare an empty SQLite database at the newest revision with the metadata and write what is missing."""
    with tempfile.TemporaryDirectory() as folder:
        database = connect(f'sqlite:///{Path(folder) / "empty.sqlite"}', pool_size=1)
        with database.connect() as connection, connection.begin():
            upgrade(connection)
            found = config()
            found.attributes['connection'] = connection
            script = command.revision(found, message, autogenerate=True, rev_id=_next())
            _portable(Path(script.path))
        database.dispose()


def _portable(path: Path) -> None:
    """SQLite's words for false and true are not PostgreSQL's."""
    lines = [line for line in path.read_text(encoding='utf-8').splitlines() if '### ' not in line]
    text = '\n'.join(lines).replace("server_default=sa.text('0')", 'server_default=sa.false()')
    path.write_text(text.replace("server_default=sa.text('1')", 'server_default=sa.true()').rstrip() + '\n', encoding='utf-8')


def _next() -> str:
    present = [path.name[:4] for path in (Path(__file__).parent / 'versions').glob('[0-9]*.py')]
    return f'{int(max(present, default="0")) + 1:04d}'


if __name__ == '__main__':
    main(' '.join(sys.argv[1:]) or 'Revision')
