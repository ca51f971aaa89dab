"""O-35: the command line speaks one language per run, and says everything in it; only names and reasons that people gave are data."""

from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import SYSTEM, Rejection
from engine.words import Word
from tasks.people import queries
from web.cli import COMMANDS, cli, options
from web.cli.speaking import of_environment, spoken
from web.settings import SettingsError

ITEM = Path(__file__).parents[2] / 'processes' / 'food-business-licence'
CODE = 'food-business-licence'
CHINESE = re.compile(r'[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]')
LANGUAGES = ('zh', 'en')
STORED = ('2个工作日', '3个工作日', '临时停止办公', '大厅设置')  # written by another version of the item, and into the calendar
CHANGED = (
    ('broken', 'process.bpmn', '</bpmn:process>', '<bpmn:task id="lost" /></bpmn:process>'),
    ('slower', 'process.bpmn', '3个工作日', '2个工作日'),
    ('newer', 'item.toml', '0000-12345001', '0000-12345009'),
)

HALL = [
    (0, 'upgrade-db'),
    (0, 'hall adopt {item}'),
    (0, 'hall adopt {item}'),
    (0, 'department add tax Tax'),
    (1, 'department add tax Tax'),
    (0, 'department list'),
    (0, 'window add tax Tax --authority receive'),
    (0, 'window list'),
    (0, 'clerk add ann Ann --window tax'),
    (1, 'clerk add ann Ann --window tax'),
    (1, 'clerk add bob Bob --window nowhere'),
    (0, 'clerk list'),
    (0, 'clerk windows ann tax'),
    (0, 'clerk password ann --password another-good-1'),
    (0, 'unlock ann --reason back'),
    (0, 'accounts policy'),
    (0, 'clerk deactivate ann'),
    (0, 'clerk list'),
    (0, 'clerk activate ann'),
    (0, 'deploy {newer} --reason revision'),
    (1, 'deploy {broken} --reason revision'),
    (0, 'release'),
    (2, 'release 17 --at'),
    (1, 'sign-in nobody --token-file {nowhere} --password-file {item}/item.toml'),
    (2, 'sign-out --token-file {nowhere}'),
    (0, 'countersign'),
    (1, 'countersign 99 --verdict agreed'),
    (2, 'countersign 99'),
    (1, 'release 17 --by guanli --reason agreed'),
    (2, 'release 17 --by guanli --at soon'),
    (0, 'rollback {code} --to 1 --by guanli --reason agreed'),
    (1, 'rollback {code} --to 99 --by guanli --reason agreed'),
    (0, 'compare {item} {slower}'),
    (0, 'compare {item} {item}'),
    (1, 'compare {item} {nowhere}'),
    (0, 'check {item}'),
    (1, 'check {broken}'),
    (1, 'check {nowhere}'),
    (0, 'import {item}/process.bpmn --out {fresh}'),
    (1, 'import {nowhere} --out {nowhere}'),
    (0, 'fix {item}'),
    (1, 'fix {item} --code NOTHING'),
    (2, 'check {item} {item}'),
    (0, 'cases'),
    (0, 'explain {case_no}'),
    (1, 'explain 17'),
    (1, 'migrate --from {code}@1 --to {code}@2 --dry-run --timer *=sometimes'),
    (1, 'migrate --from {code}@1 --to {code}@99 --dry-run'),
    (2, 'migrate --from {code}@1 --to {code}@2 --map intake'),
    (0, 'migrate --from {code}@1 --to {code}@2 --dry-run'),
    (0, 'migrate --from {code}@1 --to {code}@2 --reason revision'),
    (0, 'due --anchor 2026-03-02 --limit P3D'),
    (0, 'due --anchor 2026-03-02 --limit 7个工作日 --stop 2026-03-04/'),
    (1, 'due --anchor soon --limit P3D'),
    (1, 'due --anchor 2026-03-02 --limit soon'),
    (1, 'due --anchor 2026-03-02 --limit P3D --hours never'),
    (1, 'due --batch {broken}/process.bpmn'),
    (2, 'due'),
    (0, 'calendar close 2026-12-07 --hall qingjiang --reason storm --dry-run'),
    (0, 'calendar close 2026-12-07 --hall qingjiang --reason storm'),
    (1, 'calendar close 2026-12-07 --hall nowhere --reason storm'),
    (0, 'calendar reopen 2026-12-07 --hall qingjiang --reason calm'),
    (0, 'calendar hours --hall qingjiang --office-hours 09:00-12:00,13:00-17:00 --reason winter'),
    (0, 'calendar resume'),
    (0, 'calendar show --year 2027'),
    (2, 'calendar import'),
    (2, 'deploy {item}'),
    (2, 'check'),
    (2, 'check {item} --nothing'),
    (2, 'clerk nothing'),
    (2, 'backup'),
    (2, 'restore'),
    (2, 'clock nothing'),
    (2, 'window add x X --authority king'),
    (2, 'calendar close soon --reason storm'),
    (2, 'hall adopt {nowhere}'),
    (2, 'serve --port 99999'),
    (2, 'worker --seconds soon'),
    (2, 'rollback {code} --to'),
    (0, 'worker --once'),
    (0, 'doctor'),
    (0, 'evidence {case_no} --out {nowhere}.json'),
    (1, 'evidence 17 --out {nowhere}.json'),
    (0, 'verify {nowhere}.json'),
    (1, 'verify {item}/process.bpmn'),
    (2, 'evidence-key rotate'),
    (1, 'acknowledge-restore 9 --reason 演练'),
    (1, 'demo'),
    (1, 'demo advance --to soon'),
    (1, 'serve --port {taken}'),
    (1, 'bench pages'),
    (2, 'bench w1 --processes 0'),
    (1, 'cases --database foo://x'),
]
"""Exit code and words of commands on a small hall."""


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """Bundles the commands name: one in order, one with a fault, one with another limit, one with another telephone."""
    for name, file, old, new in CHANGED:
        shutil.copytree(ITEM, tmp_path / name)
        path = tmp_path / name / file
        path.write_text(path.read_text('utf-8').replace(old, new), 'utf-8')
    found = {name: str(tmp_path / name) for name in ('broken', 'slower', 'newer', 'nowhere', 'fresh')}
    return {'item': str(ITEM), 'code': CODE, **found}


def told(words: list[str], language: str, environment: dict[str, str], code: int, given: str | None = None) -> str:
    """Everything a run prints, the refusal included that `main` prints."""
    result = CliRunner().invoke(cli, ['--lang', language, *words], env=environment, input=given)
    refusal = result.exception if isinstance(result.exception, Rejection | SettingsError) else None
    assert result.exit_code == code, (words, result.output, result.exception)
    assert refusal is not None or result.exception is None or isinstance(result.exception, SystemExit), (words, result.exception)
    return result.output + (spoken(refusal.zh) if refusal else '')


def names(office) -> list[str]:
    """What people of this hall and the author of this item wrote."""
    item = ''.join((ITEM / name).read_text('utf-8') for name in ('process.bpmn', 'item.toml'))
    with office.reading() as connection:
        rows = [*queries.departments(connection, SYSTEM), *queries.windows(connection, SYSTEM), *queries.clerks(connection, SYSTEM).rows]
    return [*re.findall(r'"([^"]+)"', item), *(row.name for row in rows), *STORED]


def without_data(text: str, data: list[str]) -> str:
    """The text without names that the hall and the item gave."""
    for name in sorted(data, key=len, reverse=True):
        text = text.replace(name, '')
    return text


@pytest.mark.parametrize('language', LANGUAGES)
def test_a_run_says_everything_in_its_language(office, visitor, places: dict[str, str], tmp_path: Path, language: str) -> None:
    """O-35: `deploy` does not print Chinese with an English hint; no command does."""
    data = names(office)
    environment = {'YIZHAN_PASSWORD': 'long-enough', 'YIZHAN_HOME': str(tmp_path), 'YIZHAN_DATABASE_URL': str(office.url)}
    wrong = []
    with socket.create_server(('127.0.0.1', 0)) as taken:
        places |= {'case_no': visitor('chuangkou').receive(), 'taken': str(taken.getsockname()[1])}
        for code, line in HALL:
            said = told([word.format(**places) for word in line.split()], language, environment, code)
            if bool(CHINESE.search(without_data(said, data))) != (language == 'zh'):
                wrong.append((line, said))
    assert not wrong


def test_the_table_names_every_command() -> None:
    """O-35: a new command joins the table."""
    assert {line.split()[0] for _code, line in HALL} | {'init'} == set(COMMANDS)


@pytest.mark.parametrize(('language', 'first'), [('zh', '政务服务中心名称'), ('en', 'Name of the hall')])
def test_init_asks_and_answers_in_one_language(sqlite_url: str, tmp_path: Path, language: str, first: str) -> None:
    """O-35: prompts, the result, and the refusal of a second hall."""
    answers = 'Hall\n330102\nQ\nadmin\nAnn\nlong-enough\nlong-enough\n'
    environment = {'YIZHAN_HOME': str(tmp_path), 'YIZHAN_DATABASE_URL': sqlite_url}
    made = told(['init'], language, environment, 0, answers)
    assert made.startswith(first)
    lines = [line for line in (made + told(['init'], language, environment, 1, answers)).splitlines() if line.strip()]
    assert [line for line in lines if bool(CHINESE.search(line)) != (language == 'zh')] == []


def test_the_guide_names_everything_init_asks_for() -> None:
    """O-35: the administrator's name included."""
    guide = (Path(__file__).parents[2] / 'docs' / 'how-to' / 'set-up-a-hall.md').read_text('utf-8')
    asked = [option.prompt for option in cli.get_command(None, 'init').params if getattr(option, 'prompt', None)]
    assert len(asked) == 6
    assert [prompt for prompt in asked if prompt.split('（')[0] not in guide] == []


@pytest.mark.parametrize(
    ('environment', 'language'),
    [
        ({}, 'zh'),
        ({'LANG': 'C.UTF-8'}, 'zh'),
        ({'LANG': 'zh_CN.UTF-8'}, 'zh'),
        ({'LANG': 'en_GB.UTF-8'}, 'en'),
        ({'LANG': 'zh_CN.UTF-8', 'LC_ALL': 'en_US.UTF-8'}, 'en'),
        ({'LANG': 'en_US.UTF-8', 'YIZHAN_LANG': 'zh'}, 'zh'),
        ({'LANG': 'zh_CN.UTF-8', 'YIZHAN_LANG': 'en'}, 'en'),
    ],
)
def test_the_environment_decides_unless_the_run_is_told(environment: dict[str, str], language: str) -> None:
    """O-35: YIZHAN_LANG, else the locale, else Chinese."""
    assert of_environment(environment) == language


def test_an_answer_for_programs_is_the_same_in_both_languages(tmp_path: Path) -> None:
    """O-35: `--json` is a contract."""
    (tmp_path / 'odd.bpmn').write_bytes(b'<nothing/>')
    for words in (
        ['check', str(tmp_path / 'odd.bpmn'), '--json'],
        ['check', str(tmp_path / 'none'), '--json'],
        ['due', '--anchor', 'x', '--limit', '5日', '--json'],
    ):
        assert told(words, 'zh', {}, 1) == told(words, 'en', {}, 1)


def test_progress_is_in_the_language_of_the_run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """O-35: also what a log shows of a long step."""
    CliRunner().invoke(cli, ['--lang', 'en', 'due', '--anchor', '2026-03-02', '--limit', 'P3D'])
    options.progress(Word('演示数据', 'Demo data'), lambda report: report(3, 3))
    assert capsys.readouterr().err == 'Demo data 3/3 (0 s)\n'


@pytest.mark.parametrize('words', [['nothing'], ['--nothing'], ['--lang']])
def test_a_command_that_is_none_is_refused_in_the_language_of_the_environment(words: list[str]) -> None:
    """O-35: also before a command is found."""
    for language in LANGUAGES:
        result = CliRunner().invoke(cli, words, env={'YIZHAN_LANG': language})
        assert result.exit_code == 2
        assert bool(CHINESE.search(result.stderr)) == (language == 'zh'), result.stderr
