"""Checks of evidence that need no database: a chain by itself, and what it knows against what there is.

Who believes which keys is said by `trusted` (key id → public key). Every entry links to the hash and the signature of the one before, so
the newest signature vouches for the whole chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from engine.evidence import BASELINE, VERSION, Entry
from engine.words import Word, said
from tasks.evidence.keys import verifies


@dataclass(frozen=True)
class Discrepancy:
    """Something that is not as it was sealed. `object` names what it is about, `key` the unknown key it was signed with."""

    kind: str
    object: str
    message: Word
    key: str = ''


@dataclass
class Chain:
    """A chain as far as it was read: what it knows of each object, where it ends, what is wrong with it."""

    name: str
    seq: int = 0
    link: str = ''
    known: dict[str, str | None] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)  # of the entries that somebody asks for (`wanted`)
    last: Entry | None = None
    begun: Entry | None = None
    findings: list[Discrepancy] = field(default_factory=list)

    def take(self, entry: Entry, wanted: Callable[[int], bool] = lambda _seq: True) -> None:
        """Read the next entry."""
        if entry.seq != self.seq + 1:
            zh, en = '第 {seq} 号存证缺失（其后为第 {found} 号）', 'entry {seq} is missing (the next is {found})'
            self._wrong('gap', said(zh, en, seq=self.seq + 1, found=entry.seq))
        elif entry.previous != self.link:
            zh, en = '第 {seq} 号存证与前一号不衔接', 'entry {seq} does not link to the one before'
            self._wrong('link', said(zh, en, seq=entry.seq))
        if entry.chain != self.name or entry.hash != entry.computed():
            zh, en = '第 {seq} 号存证的内容与其摘要不符', 'entry {seq} does not match its hash'
            self._wrong('entry', said(zh, en, seq=entry.seq))
        self.seq, self.link, self.last = entry.seq, entry.link, entry
        self.begun = self.begun or entry
        self.known |= entry.objects
        if wanted(entry.seq):
            self.hashes[entry.seq] = entry.hash

    def ends(self, trusted: Mapping[str, str], seq: int | None = None, link: str | None = None) -> None:
        """It was read to its end, which should be at `seq` with `link`, where that is kept elsewhere."""
        self.vouch(trusted)
        if seq is not None and (seq, link) != (self.seq, self.link):
            zh, en = (
                '存证链应止于第 {seq} 号，而实际止于第 {found} 号',
                'the chain should end with entry {seq}, but it ends with {found} or another',
            )
            self._wrong('end', said(zh, en, seq=seq, found=self.seq))

    def signed(self, entry: Entry, trusted: Mapping[str, str]) -> None:
        """Check the signature of one entry."""
        public = trusted.get(entry.key)
        if public is None:
            zh, en = '第 {seq} 号存证由未知密钥 {key} 签名', 'entry {seq} is signed with the key {key}, which nobody knows'
            self._wrong('key', said(zh, en, seq=entry.seq, key=entry.key), entry.key)
        elif not verifies(public, entry.hash, entry.signature):
            zh, en = '第 {seq} 号存证的签名不成立', 'the signature of entry {seq} is not that of its key'
            self._wrong('signature', said(zh, en, seq=entry.seq))

    def compare(self, present: Mapping[str, str | None]) -> Iterable[Discrepancy]:
        """What there is (object → digest by the version the chain knows) against what the chain knows."""
        for name, digest in self.known.items():
            if digest is not None and name not in present:
                yield Discrepancy('missing', self.about(name), Word('已存证的记录不见了', 'a row that was sealed is gone'))
            elif digest is not None and present[name] != digest:
                yield Discrepancy(
                    'changed', self.about(name), Word('记录与存证不符，被改动过', 'the row is not what was sealed: it was changed')
                )
        for name in present:
            if self.known.get(name) is None:
                what = Word('记录没有存证，不是由系统写入的', 'a row that was never sealed: the program did not write it')
                yield Discrepancy('added', self.about(name), what)

    def vouch(self, trusted: Mapping[str, str]) -> None:
        """Check the signature of the newest entry."""
        if self.last is not None:
            self.signed(self.last, trusted)

    def about(self, name: str) -> str:
        """An object with the chain it belongs to."""
        return f'{self.name} {name}'

    @property
    def taken_in(self) -> bool:
        """Whether the chain begins with rows as they were found."""
        return self.begun is not None and self.begun.kind == BASELINE

    def _wrong(self, kind: str, message: Word, key: str = '') -> None:
        self.findings.append(Discrepancy(kind, self.name, message, key))


def version_of(digest: str | None) -> int:
    """The version of a digest."""
    return int(digest.partition(':')[0]) if digest else VERSION
