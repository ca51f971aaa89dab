"""O-29: a step of `make run` and `make test` says what it does and how long it took, and fails when its command does."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from web import logs

ROOT = Path(__file__).parents[3]
MAKEFILE = (ROOT / 'Makefile').read_text('utf-8')


def step(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(['sh', str(ROOT / 'step.sh'), 'a step', *command], capture_output=True, text=True, check=False)


def test_a_step_says_what_it_does_and_how_long_it_took() -> None:
    made = step('echo', 'something')
    lines = made.stdout.splitlines()
    assert (made.returncode, lines[0], lines[1]) == (0, '→ a step', '    something')
    assert re.fullmatch(r'  \d+ s', lines[2])


@pytest.mark.parametrize('status', [1, 7])
def test_a_step_fails_with_its_command(status: int) -> None:
    made = step('sh', '-c', f'echo why >&2; exit {status}')
    assert made.returncode == status
    assert 'why' in made.stdout
    assert re.search(r'failed after \d+ s', made.stderr)


def test_packages_are_counted_not_listed() -> None:
    made = step('sh', '-c', 'for n in $(seq 23); do echo "Collecting package$n"; done; echo "Installing collected packages: many"')
    assert made.stdout.splitlines()[1:4] == ['    10 packages', '    20 packages', '    installing 23 packages']


def test_nothing_that_takes_long_is_done_outside_a_step() -> None:
    slow = [line for line in MAKEFILE.splitlines() if re.search(r'(pip install|npm ci|-m venv|\$\(PIP\)) ', line) and ':=' not in line]
    assert slow
    assert [line for line in slow if 'STEP' not in line and 'step.sh' not in line] == []


def test_the_log_of_a_demo_goes_to_a_file_and_only_faults_to_the_console(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure(path=tmp_path / 'var' / 'yizhan.log')
    try:
        logs.log.info('request', status=200)
        logs.log.error('tick.failed')
    finally:
        logs.configure()
    assert [line.count('{') for line in (tmp_path / 'var' / 'yizhan.log').read_text('utf-8').splitlines()] == [1, 1]
    said = capfd.readouterr().err
    assert 'tick.failed' in said
    assert 'request' not in said
