"""Which files one may hand in. Loaded by the settings, so it loads no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MB = 1024 * 1024
_OFFICE, _ZIP = b'\xd0\xcf\x11\xe0', b'PK\x03\x04'
KINDS: Mapping[str, tuple[str, tuple[bytes, ...]]] = {
    'pdf': ('application/pdf', (b'%PDF-',)),
    'ofd': ('application/ofd', (_ZIP,)),
    'jpg': ('image/jpeg', (b'\xff\xd8\xff',)),
    'jpeg': ('image/jpeg', (b'\xff\xd8\xff',)),
    'png': ('image/png', (b'\x89PNG\r\n\x1a\n',)),
    'tif': ('image/tiff', (b'II*\0', b'MM\0*')),
    'tiff': ('image/tiff', (b'II*\0', b'MM\0*')),
    'bmp': ('image/bmp', (b'BM',)),
    'doc': ('application/msword', (_OFFICE,)),
    'xls': ('application/vnd.ms-excel', (_OFFICE,)),
    'wps': ('application/vnd.ms-works', (_OFFICE,)),
    'docx': ('application/vnd.openxmlformats-officedocument.wordprocessingml.document', (_ZIP,)),
    'xlsx': ('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', (_ZIP,)),
    'dwg': ('image/vnd.dwg', (b'AC1',)),
}
"""By the end of its name: what a file is served as, and how its content begins. What a browser runs as a page is not among them."""


@dataclass(frozen=True)
class FileLimits:
    """What one may hand in: the largest file in bytes, how many files a step keeps, the ends of names."""

    largest: int = 20 * MB
    most: int = 30
    kinds: tuple[str, ...] = tuple(KINDS)
