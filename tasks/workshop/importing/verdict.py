"""How far a foreign file is from running here: as it is, after the import and its one-click changes, or not without an analyst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import Bundle, BundleError, edition, read_path
from engine.bpmn import House, Problem, apply
from engine.words import Word
from tasks.catalogue.checking import file_problems
from tasks.workshop.importing.bringing import bring

VERDICTS = {
    'deployable': Word('可以部署', 'deployable'),
    'converted': Word('导入并一键修改后可以部署', 'converted'),
    'refused': Word('须由设计者修改', 'refused'),
}
MOST_CHANGES = 50
_LONE = House()


@dataclass(frozen=True)
class FileVerdict:
    """`kind` is a key of VERDICTS; `codes` are the errors that remain, `changes` the codes of the one-click changes made."""

    kind: str
    codes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    undecided: int = 0  # what the import leaves to be decided


def verdict_of(path: Path) -> FileVerdict:
    """The verdict on a file, judged as a diagram without an item. Never raises for what is in the file."""
    try:
        problems = file_problems(edition(read_path(path)), _LONE)
    except BundleError:
        problems = []
    else:
        if not any(problem.is_error for problem in problems):
            return FileVerdict('deployable')
    try:
        brought = bring(path.read_bytes(), path.name)
    except BundleError:
        return FileVerdict('refused', _codes(problems) or ('bundle',))
    files = {name: text for name, text in brought.bundle.files.items() if name not in {'item.toml', 'import.json'}}
    codes, changes = _changed(Bundle(files, brought.bundle.name))
    return FileVerdict('refused' if codes else 'converted', codes, changes, len(brought.of('decide')))


def _changed(bundle: Bundle) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The errors left, and the changes made, when the first way of every error that offers one is taken."""
    made: list[str] = []
    while True:
        wrong = [problem for problem in file_problems(edition(bundle), _LONE) if problem.is_error]
        fix = next((problem.fixes[0] for problem in wrong if problem.fixes), None)
        if fix is None or len(made) >= MOST_CHANGES:
            return _codes(wrong), tuple(made)
        changed = apply(bundle.files[fix.file], fix)
        if changed == bundle.files[fix.file]:
            return _codes(wrong), tuple(made)
        bundle = Bundle({**bundle.files, fix.file: changed}, bundle.name)
        made.append(fix.code)


def _codes(problems: Sequence[Problem]) -> tuple[str, ...]:
    return tuple(sorted({problem.code for problem in problems if problem.is_error}))
