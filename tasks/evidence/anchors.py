"""Lines of an anchor file: what each says, and what it proves.

A line names the newest entry of every chain that went on since the line before, and links to that line; so the lines together hold the
end of every chain. Each is signed. `at` is the hall's clock; a time stamp of somebody else's (RFC 3161) lies beside the file, where one
was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine import Rejection
from engine.evidence import Signing
from engine.words import Word, said
from tasks.evidence.checking import Chain, Discrepancy
from tasks.evidence.keys import verifies

_SIGNED = ('n', 'at', 'hall', 'count', 'heads', 'previous', 'key', 'public')


def canonical(said: Mapping[str, Any]) -> str:
    """One text for equal facts."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(',', ':'), allow_nan=False)


def write_line(facts: Mapping[str, Any], signer: Signing) -> str:
    """The line with these facts (n, at, hall, count, heads, previous), signed."""
    whole = {**facts, 'key': signer.key, 'public': signer.public}
    return canonical({**whole, 'signature': signer.sign(digest(canonical(whole)))})


def digest(text: str) -> str:
    """SHA-256 of a line: what the next one links to, and what a time stamp is asked for."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Line:
    """One line, as it was read."""

    n: int
    at: datetime
    heads: Mapping[str, tuple[int, str]]  # chain → number and hash of its newest entry
    previous: str
    key: str
    public: str
    signature: str
    text: str

    @classmethod
    def of(cls, text: str) -> Line:
        """Read a line. Raises ValueError, KeyError or TypeError for what is none."""
        found = json.loads(text)
        heads = {str(chain): (int(seq), str(hash_)) for chain, (seq, hash_) in found['heads'].items()}
        at = datetime.fromisoformat(found['at'])
        names = ('previous', 'key', 'public', 'signature')
        return cls(int(found['n']), at, heads, **{name: str(found[name]) for name in names}, text=text)

    @property
    def name(self) -> str:
        """How it is named in findings."""
        return f'anchor {self.n}'

    def wrong(self, trusted: Mapping[str, str]) -> Iterator[Discrepancy]:
        """What is wrong with the line itself."""
        found = json.loads(self.text)
        signed = digest(canonical({name: found.get(name) for name in _SIGNED}))
        if trusted.get(self.key) != self.public:
            what = said('锚定行由未知密钥 {key} 签名', 'the line is signed with the key {key}, which nobody knows', key=self.key)
            yield Discrepancy('key', self.name, what, self.key)
        elif not verifies(self.public, signed, self.signature):
            yield Discrepancy('anchor', self.name, Word('锚定行的签名不成立', 'the signature of the line is not that of its key'))

    def against(self, chain: Chain) -> Iterator[Discrepancy]:
        """Whether the chain still has the entry that the line names."""
        head = self.heads.get(chain.name)
        if head is not None and chain.hashes.get(head[0]) != head[1]:
            facts = {'seq': head[0], 'at': f'{self.at:%Y-%m-%d %H:%M}', 'n': self.n}
            zh = '第 {seq} 号存证已于 {at} 锚定（第 {n} 行），现已缺失或被替换'
            en = 'entry {seq} was anchored at {at} (line {n}), but it is gone or another now'
            yield Discrepancy('cut', chain.name, said(zh, en, **facts))


def read_lines(path: Path) -> list[Line]:
    """The lines of a file by their numbers, each once. Raises Rejection for a file that cannot be read."""
    lines: dict[str, Line] = {}
    try:
        with path.open(encoding='utf-8') as stream:
            for text in filter(None, map(str.strip, stream)):
                lines[text] = Line.of(text)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f'Expected lines of anchors in {path}, but line {len(lines) + 1} is none: {error!r}'
        raise Rejection(message, f'{path} 不是锚定文件，或第 {len(lines) + 1} 行已损坏') from error
    return sorted(lines.values(), key=lambda line: line.n)


def broken_order(lines: list[Line]) -> Iterator[Discrepancy]:
    """Lines that are missing between others, or do not link to the one before."""
    for before, line in pairwise(lines):
        if line.n != before.n + 1:
            what = said('第 {n} 行锚定缺失', 'line {n} is missing', n=before.n + 1)
            yield Discrepancy('anchor', line.name, what)
        elif line.previous != digest(before.text):
            yield Discrepancy('anchor', line.name, Word('锚定行与前一行不衔接', 'the line does not link to the one before'))


class Anchored:
    """What the lines of a file say of each chain: the newest line that has it."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self._newest = {chain: line for line in lines for chain in line.heads}
        self._seen: set[str] = set()

    def wanted(self, chain: str) -> int | None:
        """The number of the entry that was anchored last."""
        line = self._newest.get(chain)
        return line.heads[chain][0] if line else None

    def compare(self, chain: Chain) -> Iterator[Discrepancy]:
        """Whether the chain has what was anchored of it."""
        self._seen.add(chain.name)
        line = self._newest.get(chain.name)
        if line is not None:
            yield from line.against(chain)

    def gone(self) -> Iterator[Discrepancy]:
        """Chains that were anchored and are nowhere now."""
        for chain in self._newest.keys() - self._seen:
            yield Discrepancy(
                'missing', chain, Word('存证链已锚定，现已从数据库中消失', 'the chain was anchored, and is gone from the database')
            )
