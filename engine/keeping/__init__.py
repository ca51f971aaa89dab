"""The rows of a whole database as files of text, and back, the same for both databases."""

from engine.core.database import connect
from engine.core.schema import heads, known_revisions, present_heads, upgrade
from engine.keeping.dumping import dump_tables
from engine.keeping.files import BackupDamaged, TableFile, verify_file
from engine.keeping.loading import advance_sequences, empty, load_table, present_tables, tables_of

__all__ = [
    'BackupDamaged',
    'TableFile',
    'advance_sequences',
    'connect',
    'dump_tables',
    'empty',
    'heads',
    'known_revisions',
    'load_table',
    'present_heads',
    'present_tables',
    'tables_of',
    'upgrade',
    'verify_file',
]
