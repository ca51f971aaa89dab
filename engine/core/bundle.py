"""A bundle: the folder an analyst makes and an administrator deploys, versioned and hashed as one thing."""

from __future__ import annotations

import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from engine.core.errors import Rejection

MAX_FILES = 200
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_TOTAL_BYTES = 30 * 1024 * 1024
MAX_PATH = 200
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
)
_BEFORE_XML = b'\xef\xbb\xbf\xff\xfe\0 \t\r\n'  # marks of an encoding, spaces
SUFFIXES = {'.toml', '.bpmn', '.form', '.dmn', '.html', '.md', '.txt', '.json', '.svg', '.png'}
_BROUGHT = SUFFIXES | {'.xml'}  # what other tools write diagrams into


class BundleError(Rejection):
    """The folder, zip or file cannot be read as a bundle."""


def _refuse(expected: str, found: str, zh: str) -> NoReturn:
    raise BundleError(f'Expected {expected}, but {found}', zh)


@dataclass(frozen=True)
class Bundle:
    """Files by their path inside the bundle. A lone .bpmn file is a bundle of one."""

    files: Mapping[str, bytes]
    name: str = ''

    @property
    def hash(self) -> str:
        """SHA-256 over all paths and contents, in path order: equal content has an equal hash whatever it came from."""
        digest = hashlib.sha256()
        for path in sorted(self.files):
            content = self.files[path]
            digest.update(f'{path}\0{len(content)}\0'.encode())
            digest.update(content)
        return digest.hexdigest()

    @property
    def lone(self) -> bool:
        """True for a single diagram without a catalogue entry: rules about the item do not apply."""
        return 'item.toml' not in self.files

    @property
    def diagram_path(self) -> str | None:
        """process.bpmn, else the only .bpmn file, else None."""
        if 'process.bpmn' in self.files:
            return 'process.bpmn'
        found = [path for path in self.files if path.endswith('.bpmn')]
        return found[0] if len(found) == 1 else None

    def form(self, reference: str) -> bytes | None:
        """The .form file a formRef/formKey names: by file name, by stem, or with a camunda-forms: prefix."""
        name = reference.removeprefix('camunda-forms:').removeprefix('deployment:').removeprefix('bundle:')
        for candidate in (name, f'{name}.form', f'forms/{name}', f'forms/{name}.form'):
            if candidate in self.files and candidate.endswith('.form'):
                return self.files[candidate]
        return None

    def zipped(self) -> bytes:
        """The bundle as a zip whose bytes depend on nothing but its content."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.files):
                archive.writestr(zipfile.ZipInfo(path), self.files[path], zipfile.ZIP_DEFLATED)
        return buffer.getvalue()


def read_path(path: Path) -> Bundle:
    """Read a bundle folder, a zip, or a lone .bpmn file. Raises BundleError."""
    if path.is_dir():
        return _read_folder(path)
    if not path.is_file():
        _refuse('a bundle folder, a zip or a .bpmn file', f'there is nothing at {path.name!r}', f'找不到 {path.name}')
    if path.stat().st_size > MAX_TOTAL_BYTES:
        _refuse(f'at most {MAX_TOTAL_BYTES} bytes', f'{path.name} has {path.stat().st_size}', '文件太大')
    content = path.read_bytes()
    return read_zip(content, path.stem) if content[:4] == b'PK\x03\x04' else lone(content, path.name)


def lone(content: bytes, name: str = 'process.bpmn') -> Bundle:
    """A bundle of one diagram. Raises BundleError for a file that is none, neither by its name nor by its first sign."""
    if not name.lower().endswith(('.bpmn', '.xml')) and not content.lstrip(_BEFORE_XML).startswith(b'<'):
        _refuse('a folder, a zip or a .bpmn file', f'{name} is none of them', f'{name} 不是办理事项包：请选择 .zip 或 .bpmn 文件')
    if len(content) > MAX_FILE_BYTES:
        _refuse(f'a file of at most {MAX_FILE_BYTES} bytes', f'{name} has {len(content)}', f'{name} 太大')
    return Bundle({'process.bpmn': content}, Path(name).stem)


def _read_folder(folder: Path) -> Bundle:
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob('*')):
        inner = path.relative_to(folder).as_posix()
        if _hidden(inner) or not path.is_file():
            continue
        if path.is_symlink():
            _refuse('plain files', f'{inner} is a link', f'{inner} 是链接，不接受')
        _admit(inner, path.stat().st_size, files)
        files[inner] = path.read_bytes()
    return _complete(Bundle(files, folder.resolve().name.encode(errors='replace').decode()))


def read_zip(content: bytes, name: str = '') -> Bundle:
    """Read a zip of a bundle; a single top folder is dropped. Raises BundleError for bombs, odd paths and broken archives."""
    files, top = unzipped(content)
    return _complete(Bundle(files, top or name))


def unzipped(content: bytes, foreign: list[str] | None = None) -> tuple[dict[str, bytes], str]:
    """The files of a zip by path, and the single top folder that was dropped. Raises BundleError for bombs, odd paths, broken archives.

    Files of kinds no bundle holds are refused, or left out and named in `foreign`. What an operating system adds is never there.
    """
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [(_name(info), info) for info in archive.infolist() if not info.is_dir()]
            for name, _ in infos:
                _stay_inside(name)
            wanted = [(name, info) for name, info in infos if not _of_a_system(name)]
            top = _common_top([name for name, _ in wanted])
            for name, info in wanted:
                inner = name.removeprefix(top)
                if foreign is not None and len(foreign) < MAX_FILES and PurePosixPath(inner).suffix.lower() not in _BROUGHT:
                    foreign.append(inner)
                    continue
                _admit(inner, info.file_size, files, SUFFIXES if foreign is None else _BROUGHT)
                with archive.open(info) as stream:
                    files[inner] = stream.read(MAX_FILE_BYTES + 1)
                if len(files[inner]) > MAX_FILE_BYTES:
                    _refuse(f'files of at most {MAX_FILE_BYTES} bytes', f'{inner} is larger', f'{inner} 太大')
    except _UNREADABLE as error:
        raise BundleError(f'Expected a readable zip, but {error}', '压缩包无法读取') from error
    return files, top.rstrip('/')


_UTF8_FLAG = 0x800


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: without the mark for UTF-8, Windows in China writes GBK (GB 18030) and older macOS UTF-8."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.filename.encode('cp437')
    except UnicodeEncodeError:
        return info.filename
    for encoding in ('utf-8', 'gb18030'):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _of_a_system(name: str) -> bool:
    """Files of the operating system, an editor or a version control: they are no part of the bundle."""
    parts = PurePosixPath(name).parts
    return _hidden(name) or '__MACOSX' in parts or parts[-1:] in {('Thumbs.db',), ('desktop.ini',)}


def _common_top(names: list[str]) -> str:
    tops = {name.split('/', 1)[0] for name in names}
    if len(tops) == 1 and names and all('/' in name for name in names):
        return tops.pop() + '/'
    return ''


def _hidden(inner: str) -> bool:
    """Files of the operating system, an editor or a version control: they are no part of the bundle."""
    return any(part.startswith('.') for part in PurePosixPath(inner).parts)


def _stay_inside(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or '..' in path.parts or '\\' in name or ':' in name or '\0' in name:
        _refuse('paths inside the bundle', f'found {name!a}', f'路径不合法：{name!a}')


def _admit(inner: str, size: int, files: Mapping[str, bytes], suffixes: Collection[str] = SUFFIXES) -> None:
    _stay_inside(inner)
    path = PurePosixPath(inner)
    if not inner.isprintable():  # control characters, marks that turn the direction of writing, bytes that are no UTF-8
        _refuse('file names of readable UTF-8 characters', f'found {inner!a}', f'文件名含有无法识别的字符（须为 UTF-8）：{inner!a}')
    if path.as_posix() != inner or len(inner) > MAX_PATH:
        _refuse(f'plain paths of at most {MAX_PATH} characters', f'found {inner[:80]!r}', f'路径不规范或过长：{inner[:80]}')
    if inner in files:
        _refuse('every path once', f'{inner} is there twice', f'{inner} 重复')
    if path.suffix.lower() not in suffixes:
        _refuse(f'only {" ".join(sorted(SUFFIXES))}', f'found {inner}', f'不接受的文件类型：{inner}')
    if len(files) >= MAX_FILES:
        _refuse(f'at most {MAX_FILES} files', 'there are more', f'文件超过 {MAX_FILES} 个')
    if size > MAX_FILE_BYTES or sum(map(len, files.values())) + size > MAX_TOTAL_BYTES:
        _refuse(f'at most {MAX_FILE_BYTES} bytes a file and {MAX_TOTAL_BYTES} in all', f'{inner} goes beyond', f'{inner} 太大')


def _complete(bundle: Bundle) -> Bundle:
    if not bundle.files:
        _refuse('a bundle with process.bpmn', 'it is empty', '空的办理事项包')
    if bundle.diagram_path is None:
        _refuse('process.bpmn', 'there is no such file (or several .bpmn files)', '缺少 process.bpmn')
    return bundle
