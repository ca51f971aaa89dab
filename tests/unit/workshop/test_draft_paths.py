"""Where a draft's files may lie: inside the bundle, of a kind the check knows, under names every system can store."""

from __future__ import annotations

import pytest

from engine import Rejection
from tasks.workshop.drafts import checked_path


@pytest.mark.parametrize('path', ['process.bpmn', 'item.toml', '受理.form', 'notices/grant.html', 'forms/a b.form', 'fee.dmn'])
def test_files_of_a_bundle(path: str) -> None:
    assert checked_path(path) == path


@pytest.mark.parametrize(
    'path',
    [
        '',
        '/etc/x.form',
        '../x.form',
        'a/../../x.form',
        '.hidden/x.form',
        'x.exe',
        'x',
        'a\\b.form',
        'c:x.form',
        'x\n.form',
        'x?.form',
        'x#y.form',
        'x%2f.form',
        'n' * 300 + '.form',
    ],
)
def test_what_is_refused_says_so_in_chinese(path: str) -> None:
    with pytest.raises(Rejection) as refusal:
        checked_path(path)
    assert refusal.value.zh
