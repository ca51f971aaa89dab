"""`yizhan migrate` on both databases: the dry run with its exit code, the migration with its batch."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from engine import SYSTEM, Bundle, read_path
from tasks.catalogue import checking, items
from web.cli import cli

ITEM = read_path(Path(__file__).parent.parent.parent / 'processes' / 'food-business-licence')
VERSIONS = ('--from', 'food-business-licence@1', '--to', 'food-business-licence@2')


def run(office, *words: str, code: int = 0):
    result = CliRunner().invoke(cli, ['migrate', *VERSIONS, *words, '--database', str(office.url)])
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def revise(office) -> None:
    """A second version in which the first step has another id."""
    text = ITEM.files['process.bpmn'].decode()
    for name in ('id', 'attachedToRef', 'sourceRef', 'targetRef', 'value', 'bpmnElement'):
        text = text.replace(f'{name}="intake"', f'{name}="first_look"')
    text = text.replace('>intake<', '>first_look<')
    files = {path: content for path, content in ITEM.files.items() if not path.startswith('scenarios/')}
    with office.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, Bundle({**files, 'process.bpmn': text.encode()})), '修订')


def test_a_dry_run_says_why_not_and_exits_with_one(visitor, office) -> None:
    case_no = visitor('chuangkou').receive()
    revise(office)
    answer = json.loads(run(office, '--dry-run', '--json', code=1))
    assert (answer['can'], answer['cannot'], answer['cases'][0]['case_no']) == (0, 1, case_no)
    assert answer['cases'][0]['findings'][0]['code'] == 'element_missing'
    assert '不能' in run(office, '--dry-run', code=1)
    assert '可以 1 件' in run(office, '--dry-run', '--map', 'intake=first_look')


def test_cases_are_migrated_and_those_that_cannot_are_told(visitor, office) -> None:
    case_no = visitor('chuangkou').receive()
    revise(office)
    refused = json.loads(run(office, '--reason', '流程优化', '--json', code=1))
    assert refused['counts'] == {'refused': 1}
    done = json.loads(run(office, '--reason', '流程优化', '--map', 'intake=first_look', '--json'))
    assert (done['state'], done['counts'], done['cases'][0]['case_no']) == ('done', {'done': 1}, case_no)
    assert case_no in visitor('guanli').get(f'/migrations/{done["batch"]}').words


def test_wrong_words_are_refused(visitor, office) -> None:
    visitor('chuangkou').receive()
    revise(office)
    run(office, '--map', 'intake', code=2)
    run(office, '--timer', '*=sometimes', '--dry-run', code=1)
    run(office, '--map', 'intake=first_look', code=1)
