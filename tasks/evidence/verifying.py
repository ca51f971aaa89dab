"""`yizhan verify`: an exported case checked without a database. Nothing in the file is believed but what a key vouches for.

Which key is believed is said by whoever checks: a file of public keys of the hall, or the lines of its anchors. With neither, the
file's own keys are taken, and the outcome says so: it is then whole in itself, but anybody may have made it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine import rechained
from engine.evidence import CASE, Entry, digest_of
from engine.words import Word
from tasks.evidence.anchors import Line, read_lines
from tasks.evidence.checking import Chain, Discrepancy, version_of
from tasks.evidence.export import FORMAT
from tasks.evidence.keys import key_id


@dataclass(frozen=True)
class Proof:
    """What came of a check. `keys`: whose keys were believed, given | anchors | file. `anchored_at`: the last anchor that has the case."""

    case: str
    entries: int
    withheld: int
    keys: str
    anchored_at: datetime | None
    findings: tuple[Discrepancy, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was changed."""
        return not self.findings


def verify(path: Path, *, trusted: Mapping[str, str] | None = None, anchors: Path | None = None) -> Proof:
    """Check an exported file. `trusted`: public keys by id; `anchors`: a file of anchor lines. Raises Rejection for unreadable anchors."""
    lines = read_lines(anchors) if anchors else []
    try:
        return _verify(_Exported.read(path), lines, trusted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        what = Word('文件不是一站导出的存证，或已损坏', 'the file is no evidence exported by Yizhan, or it is damaged')
        return Proof('', 0, 0, 'file', None, (Discrepancy('file', path.name, what),))


@dataclass(frozen=True)
class _Exported:
    """The file as it was read; nothing of it is believed yet."""

    case: str
    entries: Sequence[Entry]
    objects: Mapping[str, Mapping[str, Any]]
    keys: Mapping[str, str]
    instance: int
    history: Sequence[Mapping[str, Any]] | None

    @classmethod
    def read(cls, path: Path) -> _Exported:
        """Raises ValueError, KeyError, TypeError … for a file that is none."""
        found = json.loads(path.read_text('utf-8'))
        if found['format'] != FORMAT:
            raise ValueError(found['format'])
        keys = {str(one['id']): str(one['public']) for one in found['keys']}
        chain = [Entry.of(one) for one in found['chain']]
        return cls(str(found['case']), chain, dict(found['objects']), keys, int(found['instance']), found['history'])


def _verify(exported: _Exported, lines: Sequence[Line], trusted: Mapping[str, str] | None) -> Proof:
    objects, own = exported.objects, exported.keys
    believed = trusted if trusted is not None else {line.key: line.public for line in lines} if lines else own
    keys = 'given' if trusted is not None else 'anchors' if lines else 'file'
    chain = Chain(CASE + exported.case)
    for entry in exported.entries:
        chain.take(entry)
        chain.signed(entry, believed)
    found = [*chain.findings]
    if not exported.entries:
        found.append(Discrepancy('unsealed', chain.name, Word('没有存证链', 'there is no chain')))
    if any(key_id(public) != name for name, public in believed.items()):
        found.append(Discrepancy('key', chain.name, Word('公钥与其编号不符', 'a public key is not the one of its id')))
    withheld = {name for name, one in objects.items() if one.get('withheld')}
    present = {
        name: chain.known.get(name) if name in withheld else digest_of(one['rows'], version_of(chain.known.get(name)))
        for name, one in objects.items()
    }
    found += chain.compare(present)
    found += _history(chain, exported)
    anchored = [line for line in lines if line.heads.get(chain.name)]
    for line in lines:
        found += line.wrong(believed)
    found += [one for line in anchored for one in line.against(chain)]
    last = max((line.at for line in anchored), default=None)
    return Proof(exported.case, len(exported.entries), len(withheld), keys, last, tuple(found))


def _history(chain: Chain, exported: _Exported) -> Iterator[Discrepancy]:
    """Each row of the history by its hash, and the last one by the head that is under the chain; nothing where it was withheld."""
    if exported.history is None:
        return
    rows = [{**row, 'at': datetime.fromisoformat(row['at'])} for row in exported.history]
    hashes = rechained(exported.instance, rows)
    for row, computed in zip(rows, hashes, strict=True):
        if row['hash'] != computed:
            what = Word('历史记录与其摘要不符，被改动过', 'a row of the history is not what its hash was made of')
            yield Discrepancy('history', f'{chain.name} history #{row["seq"]}', what)
            return
    (head,) = exported.objects['history']['rows']
    if (head['last_hash'], head['history_length']) != (hashes[-1] if hashes else '', len(hashes)):
        what = Word('历史记录被截断或替换', 'the history was cut off or replaced')
        yield Discrepancy('history', f'{chain.name} history', what)
