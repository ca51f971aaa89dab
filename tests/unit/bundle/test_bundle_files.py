"""What may be a bundle: folders, zips and single diagrams; everything else is refused in words, never with a traceback."""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.bundle import BundleError, read_path, read_zip

DIAGRAM = b'<definitions/>' * 30


def zipped(*names: str, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', how) as archive, warnings.catch_warnings():
        warnings.simplefilter('ignore')  # zipfile itself warns of a name that is there twice
        for name in names:
            archive.writestr(name, DIAGRAM)
    return buffer.getvalue()


@pytest.mark.parametrize(
    'names',
    [
        ('process.bpmn', 'forms/a.form'),
        ('top/process.bpmn', 'top/forms/a.form'),
        ('./process.bpmn', './forms/a.form'),
        ('process.bpmn', 'forms/a.form', '.DS_Store', '.git/config', '__MACOSX/x.txt'),
    ],
)
def test_a_zip_is_read_without_its_top_folder_and_without_hidden_files(names: tuple[str, ...]) -> None:
    assert sorted(read_zip(zipped(*names)).files) == ['forms/a.form', 'process.bpmn']


@pytest.mark.parametrize(
    'name',
    [
        '../x.txt',
        'a/../../x.txt',
        '.hidden/../x.txt',
        '/etc/x.txt',
        'a//b.txt',
        './x.txt',
        'a/./b.txt',
        'c:x.txt',
        'a\\b.txt',
        '\u202etxt.txt',
        'a\nb.txt',
        'process.bpmn',
        'x.exe',
        'a/' * 120 + 'x.txt',
    ],
)
def test_an_odd_path_refuses_the_whole_zip(name: str) -> None:
    with pytest.raises(BundleError):
        read_zip(zipped('process.bpmn', name))


def test_a_top_folder_cannot_lead_out_either() -> None:
    with pytest.raises(BundleError, match='inside the bundle'):
        read_zip(zipped('../process.bpmn'))


@pytest.mark.parametrize('how', [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_is_refused_in_words(how: int) -> None:
    whole = zipped('process.bpmn', how=how)
    assert read_zip(whole).files
    for place in range(len(whole) - 1):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        with suppress(BundleError):  # and nothing else
            read_zip(broken)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_zip_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(BundleError):
        read_zip(content)


def test_a_compression_nobody_knows_is_refused() -> None:
    whole = bytearray(zipped('process.bpmn'))
    for mark, offset in ((b'PK\x03\x04', 8), (b'PK\x01\x02', 10)):
        at = whole.find(mark) + offset
        whole[at : at + 2] = (97).to_bytes(2, 'little')
    with pytest.raises(BundleError, match='readable zip'):
        read_zip(bytes(whole))


def test_lzma_garbage_is_refused() -> None:
    whole = bytearray(zipped('process.bpmn', how=zipfile.ZIP_LZMA))
    whole[50:60] = b'\xff' * 10
    with pytest.raises(BundleError):
        read_zip(bytes(whole))


def test_a_file_name_that_is_not_utf_8_is_refused_when_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / 'process.bpmn').write_bytes(DIAGRAM)
    with open(os.path.join(os.fsencode(tmp_path), b'\xb4\xf3.txt'), 'wb') as file:  # 大 in GBK
        file.write(b'x')
    with pytest.raises(BundleError) as caught:
        read_path(tmp_path)
    (str(caught.value) + caught.value.zh).encode()


def test_a_folder_whose_own_name_is_not_utf_8_can_be_read(tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), b'\xb4\xf3')
    os.mkdir(folder)
    (Path(os.fsdecode(folder)) / 'process.bpmn').write_bytes(DIAGRAM)
    bundle = read_path(Path(os.fsdecode(folder)))
    assert bundle.hash
    bundle.name.encode()


@pytest.mark.parametrize(('name', 'content'), [('README.md', b'# Read me'), ('notes.txt', b''), ('photo.png', b'\x89PNG\r\n')])
def test_a_file_that_is_no_bundle_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    """O-16: a message about the file, not about its bytes."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BundleError) as refusal:
        read_path(tmp_path / name)
    assert name in refusal.value.zh
    assert '.zip 或 .bpmn' in refusal.value.zh
