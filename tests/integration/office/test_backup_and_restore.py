"""Backups and restores on real databases: whole or not at all, and the hall knows that it was restored (B-02)."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from engine import SYSTEM, Engine, FixedClock, Rejection
from engine.keeping import dump_tables
from tasks import tables as t
from tasks.all_tables import metadata
from tasks.backup import manifest as manifests
from tasks.backup import restoring
from tasks.backup.issued import NumberJournal
from tasks.backup.lost import Outside, set_aside
from tasks.backup.restoring import Restored, restore_backup
from tasks.backup.schedule import BackupPlan, back_up_when_due
from tasks.backup.writing import LEFT_OUT, back_up, last_backup
from tasks.cases import numbers
from tasks.deadlines.doctor import examine
from tasks.evidence import doctor as evidence_doctor
from tasks.evidence.anchoring import Sites, plan
from tasks.operations.tables import restore
from tests.integration.office.conftest import Hall

WALK = ('intake', 'document_review')


@pytest.fixture
def worked(hall: Hall) -> Hall:
    """A hall with cases in several states."""
    first, second = hall.receive().case_no, hall.receive().case_no
    hall.walk(first, *WALK)
    hall.walk(second, 'intake')
    hall.receive()
    return hall


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """The URL of an empty database of the same kind as the test's."""

    def url() -> str:
        if 'postgres' in request.node.callspec.id:
            found: str = request.getfixturevalue('empty_postgres')
            return found
        return f'sqlite:///{tmp_path / "elsewhere.db"}'

    return url


def put_back(url: str, folder: Path, hall: Hall, home: Path, **more: Any) -> Restored:
    return restore_backup(url, folder, outside=Outside(home), clock=hall.clock, by='guanli', **more)


def reopened(hall: Hall, url: str) -> Hall:
    """The same hall and people on another database."""
    from web.root import make_engine

    return Hall(make_engine(url, hall.clock), hall.clock, hall.actors)


def content(engine: Engine, folder: Path) -> dict[str, str]:
    """Every table by the hash of its rows."""
    folder.mkdir()
    with engine.reading() as connection:
        found = dump_tables(
            connection, folder, set(metadata.tables) - LEFT_OUT - {'restore', 'operator_log', 'case_sequence', 'document_sequence'}
        )
    return {one.table: one.sha256 for one in found}


def issued(engine: Engine) -> set[str]:
    with engine.reading() as connection:
        found = [
            *connection.execute(select(t.approval_case.c.case_no)).scalars(),
            *connection.execute(select(t.document.c.number)).scalars(),
        ]
        return {*found, *connection.execute(select(t.licence.c.no)).scalars()}


def test_a_restored_hall_has_every_row_and_works_on(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """Issue 8: backup and restore, on either database; the rows are the same to the letter, and due dates and histories still agree."""
    made = back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    assert made.rows == sum(one.rows for one in made.tables) > 100
    with worked.engine.reading() as connection:
        assert last_backup(connection) == worked.clock()
    url = elsewhere()
    put_back(url, tmp_path / 'backup', worked, tmp_path / 'home')
    other = reopened(worked, url)
    assert content(other.engine, tmp_path / 'a') == content(worked.engine, tmp_path / 'b')
    assert [one for one in examine(other.engine).differences if one.what != 'unseen'] == []
    other.clock.move(seconds=2)
    case_no = other.receive().case_no
    other.walk(case_no, 'intake')
    other.engine.close()


def test_nothing_issued_since_the_backup_is_issued_again(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """B-02: the same case number and the same document number went to another person. No journal outlived the loss here."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    before = issued(worked.engine)
    for _ in range(3):
        worked.walk(worked.receive().case_no, 'intake')
    lost = issued(worked.engine) - before
    assert len(lost) >= 9
    url = elsewhere()
    worked.clock.move(minutes=3)
    done = put_back(url, tmp_path / 'backup', worked, tmp_path / 'home')
    assert done.lost.journal_until is None
    other = reopened(worked, url)
    for days in (0, 0, 1):
        other.clock.move(days=days, minutes=1)
        other.walk(other.receive().case_no, 'intake')
    after = issued(other.engine) - before
    assert len(after) >= 9
    assert not after & lost
    assert all(numbers.verify(one) for one in after if one.isdigit() and len(one) == numbers.LENGTH)
    other.engine.close()


def test_a_backup_restored_twice_shares_no_number_between_the_two(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """B-02: lost again, restored again from the same backup: each epoch has numbers of its own, whatever the files say."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    url, seen, before = elsewhere(), [], issued(worked.engine)
    labels = set()
    for again in range(3):
        labels.add(put_back(url, tmp_path / 'backup', worked, tmp_path / f'home{again}', replace=True).label)  # within one minute, too
        other = reopened(worked, url)
        worked.clock.move(seconds=90)
        other.walk(other.receive().case_no, 'intake')
        seen.append(issued(other.engine) - before)
        other.engine.close()
    assert len(labels) == 3
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert not seen[first] & seen[second]


def test_a_receipt_entered_late_after_a_restore_is_numbered_under_today(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """B-02: yesterday's serials may have been issued to cases nobody knows of any more."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    url = elsewhere()
    put_back(url, tmp_path / 'backup', worked, tmp_path / 'home')
    other = reopened(worked, url)
    yesterday = other.clock()
    other.clock.move(days=1)
    case_no = other.receive(received_at=yesterday, backdating_reason='昨日收到材料').case_no
    assert case_no[6:14] == '20260303'
    other.engine.close()


def test_the_report_lists_what_the_journal_says_came_after(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """B-02: cases, documents and certificates lost are named, and who had acted; a second loss does not name what was never issued."""
    journal, home = NumberJournal(tmp_path), tmp_path
    with worked.engine.reading() as connection:
        assert journal.follow(connection, worked.clock())
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    before = issued(worked.engine)
    worked.clock.move(minutes=5)
    worked.walk(worked.receive().case_no, 'intake')
    with worked.engine.reading() as connection:
        assert journal.follow(connection, worked.clock())
        assert not journal.follow(connection, worked.clock())
    acted = {'event': 'request', 'method': 'POST', 'status': 302, 'user': 'chuangkou', 'timestamp': worked.clock().isoformat()}
    (home / 'yizhan.log').write_text(f'{json.dumps(acted)}\n{{"half a line "POST"\n', 'utf-8')
    lost = issued(worked.engine) - before
    url = elsewhere()
    done = put_back(url, tmp_path / 'backup', worked, home)
    assert {one for found in done.lost.numbers.values() for one in found} == lost
    assert done.lost.acts == {'chuangkou': 1}
    other = reopened(worked, url)
    with other.engine.reading() as connection:
        report = connection.execute(select(restore.c.report)).scalar_one()
    assert report['counts'] == {'case': 1, 'document': len(lost) - 1, 'certificate': 0}
    worked.clock.move(minutes=5)
    other.walk(other.receive().case_no, 'intake')
    with other.engine.reading() as connection:
        assert NumberJournal(home).follow(connection, worked.clock())
    since = issued(other.engine) - before
    other.engine.close()
    again = put_back(url, tmp_path / 'backup', worked, home, replace=True)
    assert {one for found in again.lost.numbers.values() for one in found} == lost | since


def test_a_restore_ends_every_sign_in_and_lets_ids_go_on_elsewhere(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """B-02: a page that was open before the loss must not send its form to another case's task."""
    with worked.engine.begin(SYSTEM) as tx:
        row = {'id': 'x' * 64, 'username': 'guanli', 'epoch': 0, 'began_at': tx.now, 'seen_at': tx.now, 'slips': []}
        tx.connection.execute(t.clerk_session.insert(), [row])
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    url = elsewhere()
    put_back(url, tmp_path / 'backup', worked, tmp_path / 'home')
    other = reopened(worked, url)
    with other.engine.reading() as connection:
        assert connection.execute(select(t.clerk_session.c.id)).all() == []
        known = connection.execute(select(t.document.c.id)).scalars().all()
    other.clock.move(minutes=1)
    other.receive()
    with other.engine.reading() as connection:
        newest = max(connection.execute(select(t.document.c.id)).scalars())
    if url.startswith('postgres'):
        assert newest > max(known) + restoring.GAP // 2
    other.engine.close()


def test_a_hall_in_the_database_is_not_replaced_unless_told(worked: Hall, tmp_path: Path) -> None:
    """Issue 8: restore refuses a database that holds a hall; with --replace the file of before is kept (SQLite)."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    worked.engine.database.dispose()
    with pytest.raises(Rejection, match='--replace'):
        put_back(str(worked.engine.url), tmp_path / 'backup', worked, tmp_path)
    lost = worked.receive().case_no
    worked.engine.database.dispose()
    done = put_back(str(worked.engine.url), tmp_path / 'backup', worked, tmp_path, replace=True)
    assert lost in done.lost.numbers['case'] or done.manifest.made_at == worked.clock()
    if done.kept is not None:
        old = create_engine(f'sqlite:///{done.kept}')
        with old.connect() as connection:
            assert connection.execute(text('SELECT count(*) FROM approval_case WHERE case_no = :no'), {'no': lost}).scalar_one() == 1
        old.dispose()


def test_whoever_opens_the_old_file_during_a_restore_writes_nothing_into_it(worked: Hall, tmp_path: Path) -> None:
    """B-02: a server started meanwhile must not take cases into a file that is no longer the hall's."""
    if worked.engine.database.dialect.name != 'sqlite':
        return  # PostgreSQL restores in one transaction
    path = Path(str(worked.engine.database.url.database))
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    worked.engine.database.dispose()
    late: list[sqlite3.Connection] = []

    def report(_done: int, _total: int) -> None:
        if not late:
            late.append(sqlite3.connect(path, timeout=0, isolation_level=None))
            with pytest.raises(sqlite3.OperationalError, match='locked'):
                late[0].execute('UPDATE hall SET phone = phone || 1')

    put_back(str(worked.engine.url), tmp_path / 'backup', worked, tmp_path, replace=True, report=report)
    with closing(late[0]), pytest.raises(sqlite3.OperationalError, match='readonly'):
        late[0].execute('UPDATE hall SET phone = phone || 1')


def test_a_database_that_is_open_is_not_replaced(worked: Hall, tmp_path: Path) -> None:
    """Issue 8: a server that still runs would write into a file that is no longer the hall's."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    with worked.engine.reading() as connection:
        connection.execute(select(t.hall.c.code))
        with pytest.raises(Rejection, match='in use'):
            put_back(str(worked.engine.url), tmp_path / 'backup', worked, tmp_path, replace=True)
    assert issued(worked.engine)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def _changed(path: Path) -> None:
    with gzip.open(path, 'rt', encoding='utf-8') as stream:
        lines = stream.read().replace('approved', 'refused')
    with gzip.open(path, 'wt', encoding='utf-8') as stream:
        stream.write(lines + '\n' if lines.endswith(']') else lines)


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize('hurt', [_cut, _changed, _gone])
def test_a_damaged_file_is_refused_and_named(worked: Hall, elsewhere, tmp_path: Path, hurt: Callable[[Path], None]) -> None:
    """Issue 8: a wrong hash, a missing file: refused before anything is done."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    hurt(tmp_path / 'backup' / 'history.jsonl.gz')
    with pytest.raises(Rejection, match=r'history\.jsonl\.gz'):
        put_back(elsewhere(), tmp_path / 'backup', worked, tmp_path)


def _remanifest(folder: Path, **changes: Any) -> None:
    said = json.loads((folder / manifests.NAME).read_text('utf-8')) | changes
    written = json.dumps(said, ensure_ascii=False).encode()
    (folder / manifests.NAME).write_bytes(written)
    (folder / manifests.CHECK).write_text(f'{hashlib.sha256(written).hexdigest()}  {manifests.NAME}\n', 'ascii')


def test_what_is_no_backup_of_ours_is_refused(worked: Hall, sqlite_url: str, tmp_path: Path) -> None:
    """Issue 8: a newer schema, an unknown format, a changed manifest, a backup that was broken off, a folder in use."""
    folder = tmp_path / 'backup'
    back_up(worked.engine, SYSTEM, folder)
    target = f'sqlite:///{tmp_path / "target.db"}'
    with pytest.raises(Rejection, match='in use'):
        back_up(worked.engine, SYSTEM, folder)
    for changes, why in (({'schema': '9999'}, 'schema'), ({'format': 2}, 'format')):
        shutil.copytree(folder, tmp_path / why)
        _remanifest(tmp_path / why, **changes)
        with pytest.raises(Rejection, match=why):
            put_back(target, tmp_path / why, worked, tmp_path)
    (folder / manifests.NAME).write_text('{}', 'utf-8')
    with pytest.raises(Rejection, match='SHA-256'):
        put_back(target, folder, worked, tmp_path)
    (folder / manifests.NAME).unlink()
    with pytest.raises(Rejection, match='Expected a backup'):
        put_back(target, folder, worked, tmp_path)
    assert not (tmp_path / 'target.db').exists()


@pytest.mark.parametrize('name', ['../outside.gz', '/etc/passwd', 'a/b.gz'])
def test_a_manifest_names_files_of_its_own_folder_only(worked: Hall, tmp_path: Path, name: str) -> None:
    """B-02: whoever writes a manifest does not choose what else of the machine is read."""
    folder = tmp_path / 'backup'
    back_up(worked.engine, SYSTEM, folder)
    said = json.loads((folder / manifests.NAME).read_text('utf-8'))
    said['tables'][0]['file'] = name
    _remanifest(folder, tables=said['tables'])
    with pytest.raises(Rejection, match='within'):
        manifests.verify(folder)


def test_a_restore_that_is_broken_off_leaves_everything_as_it_was(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """Issue 8: nothing half in force: after the break the database is as before, and the same restore succeeds."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    url = elsewhere()
    put_back(url, tmp_path / 'backup', worked, tmp_path)
    before = reopened(worked, url)
    known = issued(before.engine)
    before.engine.close()

    class Broken(BaseException):
        pass

    for at in (0, 150):

        def report(done: int, _total: int, at: int = at) -> None:
            if done >= at:
                raise Broken

        with pytest.raises(Broken):
            put_back(url, tmp_path / 'backup', worked, tmp_path, replace=True, report=report)
        after = reopened(worked, url)
        assert issued(after.engine) == known
        with after.engine.reading() as connection:
            assert connection.execute(select(restore.c.epoch)).scalars().all() == [1]
        after.engine.close()
    worked.clock.move(minutes=1)
    assert put_back(url, tmp_path / 'backup', worked, tmp_path, replace=True).epoch == 2


def test_a_backup_in_use_waits_for_nobody_and_sees_one_moment(worked: Hall, tmp_path: Path) -> None:
    """Issue 8: online: cases that are received while it is written are in none of its tables."""
    seen: list[str] = []

    def report(_done: int, _total: int) -> None:
        if len(seen) < 2:
            seen.append(worked.receive().case_no)

    made = back_up(worked.engine, SYSTEM, tmp_path / 'backup', report)
    rows = {one.table: one.rows for one in made.tables}
    assert len(seen) == 2
    assert rows['approval_case'] == rows['process_instance'] == 3


def test_files_of_a_backup_are_for_their_owner_only(worked: Hall, tmp_path: Path) -> None:
    """A-10's kind: what names persons is readable by its owner only."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / 'backup').iterdir()}
    assert (modes, (tmp_path / 'backup').stat().st_mode & 0o777) == ({0o600}, 0o700)
    names = {path.name for path in (tmp_path / 'backup').iterdir()}
    assert names == {'manifest.json', 'manifest.sha256'} | {f'{table}.jsonl.gz' for table in set(metadata.tables) - LEFT_OUT}


def test_a_day_has_so_many_case_numbers_that_a_restore_can_rely_on_it(sqlite_url: str, clock: FixedClock) -> None:
    """B-02: the serials after a restore begin behind every serial that can have been issued by then."""
    engine = Engine(sqlite_url, clock=clock)
    day = datetime(2026, 3, 2, 0, 1, tzinfo=UTC)
    most = numbers.most_serial(day)
    with engine.begin(SYSTEM) as tx:
        numbers.case_nos(tx.connection, '990121', day.date(), most - 1)
        assert numbers.next_case_no(tx.connection, '990121', day.date(), day)[14:20] == f'{most:06d}'
        with pytest.raises(Rejection, match='a second'):
            numbers.next_case_no(tx.connection, '990121', day.date(), day)
    assert numbers.most_serial(datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC)) <= numbers.MAX_SERIAL
    engine.close()


def test_backups_by_the_clock_are_one_a_span_and_the_oldest_go(worked: Hall, tmp_path: Path) -> None:
    """Issue 8: backups on a schedule: one a span whoever asks, a failed one is tried again later, the newest stay."""
    kept_plan = BackupPlan(tmp_path / 'kept', hours=1, keep=2)
    spans: list[str] = []
    for _ in range(7):
        if back_up_when_due(worked.engine, kept_plan, worked.clock()) is not None:
            spans.append(kept_plan.slot(worked.clock()))
        assert kept_plan.slot(worked.clock()) == spans[-1]
        worked.clock.move(minutes=20)
    assert len(spans) == len(set(spans)) > 2
    assert len(list((tmp_path / 'kept').iterdir())) == 2
    blocked = BackupPlan(tmp_path / 'kept' / next((tmp_path / 'kept').iterdir()).name / 'manifest.json', hours=1, keep=2)
    worked.clock.move(hours=1)
    with pytest.raises(OSError):
        back_up_when_due(worked.engine, blocked, worked.clock())
    assert back_up_when_due(worked.engine, kept_plan, worked.clock()) is None
    worked.clock.move(minutes=31)
    assert back_up_when_due(worked.engine, kept_plan, worked.clock()) is not None


def test_anchors_tell_which_cases_were_worked_on_and_go_on_from_the_backup(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """B-02: cases the backup knows and on which more was done are named, too; the lines of after the backup are kept beside."""
    from web.root import make_engine

    def with_anchors(url: Any) -> Engine:
        engine = make_engine(url, worked.clock, sites=Sites(file, every=timedelta(minutes=1)))
        engine.migrate()
        engine.run(SYSTEM, plan)
        return engine

    file = tmp_path / 'anchors' / 'evidence.jsonl'
    first = Hall(with_anchors(worked.engine.url), worked.clock, worked.actors)
    known = first.receive().case_no
    first.engine.tick()
    first.clock.move(minutes=2)
    back_up(first.engine, SYSTEM, tmp_path / 'backup')
    first.walk(known, 'intake')
    lost = first.receive().case_no
    first.clock.move(minutes=2)
    first.engine.tick()
    lines = len(file.read_text('utf-8').splitlines())
    first.engine.close()
    url = elsewhere()
    done = restore_backup(url, tmp_path / 'backup', outside=Outside(tmp_path, file), clock=worked.clock, by='guanli')
    assert done.lost.anchored == sorted([known, lost])
    again = with_anchors(url)
    with again.reading() as connection:
        kept = set_aside(connection, file, 'x')
    assert kept is not None
    assert len(kept.read_text('utf-8').splitlines()) == lines > len(file.read_text('utf-8').splitlines()) > 0
    worked.clock.move(minutes=5)
    again.tick()
    assert [one for one in evidence_doctor.examine(again, file) if one.kind in ('anchor', 'cut')] == []
    again.close()
