"""The way of a draft into force. Every act is in the operator log with its reason.

draft (open) → submit → released by another person, now or staged for an instant; or withdrawn, or refused: then the draft is open again.
Cases that run stay on the version they began under, whatever is released.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, update

from engine import Conflict, NotFound, Rejection, edition_of, plain
from engine.identity import is_blank
from engine.rows import known
from engine.tables import process_definition
from engine.verbs import definitions
from engine.verbs.definitions import hold
from tasks.catalogue import items
from tasks.catalogue.checking import Judged, judge
from tasks.catalogue.item_toml import spec_of
from tasks.catalogue.releases.queries import here, no_submission, submission
from tasks.catalogue.releases.rows import STORED, StoredSubmission
from tasks.catalogue.releases.rules import need_new_basis, need_second_person
from tasks.catalogue.releases.tables import release as t
from tasks.operations.countersigning import ask
from tasks.operations.log import note
from tasks.people.names import by_owner
from tasks.rights.asking import need, need_item
from tasks.workshop import queries as workshop
from tasks.workshop.queries import bundle_of
from tasks.workshop.rows import DRAFTS, StoredDraft
from tasks.workshop.tables import draft_bundle, draft_file, draft_revision

if TYPE_CHECKING:
    from engine import Actor, Tx


@dataclass(frozen=True)
class Earlier:
    """A version that was in force before."""

    key: str
    version: int
    bundle_hash: str


def submit(tx: Tx, draft_id: int, judged: Judged, reason: str, *, wanted_at: datetime | None = None) -> int:
    """Hand a draft in to be put into force, as it was checked; the submission's id. The draft cannot be changed meanwhile.

    Raises Undeployable with every problem, Rejection without a reason, for a lone diagram, an item that was cancelled and has no
    new basis; Conflict for a draft that is not open or has changed since the check.
    """
    need(tx.by, 'release.submit')
    why = _need(reason, '请填写修订理由')
    draft = _draft(tx, draft_id)
    if draft.state != 'open':
        raise Conflict(
            f'Expected draft {draft_id} to be open, but it is {draft.state}',
            '草稿已提交或已弃用',
            who=draft.changed_by,
            when=draft.changed_at,
        )
    bundle = judged.edition.bundle
    if bundle.lone:
        raise Rejection('Expected a bundle with item.toml, but this is a lone diagram', '缺少事项信息 item.toml，不能提交发布')
    _need_same(judged, bundle_of(tx.connection, tx.by, draft_id).hash)
    judged.need_deployable()
    spec = spec_of(judged.edition)
    need_item(tx.connection, tx.by, 'release.submit', spec.code)
    base = _base(tx, spec.code)
    if base is not None and base[1] == judged.edition.hash:
        raise Rejection('Expected a change, but the draft equals the version in force', '草稿与现行版本完全相同，无须提交')
    need_new_basis(tx.connection, spec.code, spec.legal_basis)
    row = {
        'draft_id': draft_id,
        'item': spec.code,
        'name': spec.name,
        'bundle': bundle.zipped(),
        'bundle_hash': judged.edition.hash,
        'report': [plain(problem.plain()) for problem in judged.problems],
        'base_id': base and base[0],
        'state': 'submitted',
        'reason': why,
        'wanted_at': wanted_at,
        'editors': sorted(_editors(tx, draft)),
        'submitted_by': tx.by.id,
        'submitted_at': tx.now,
    }
    release_id = int(tx.connection.execute(insert(t).returning(t.c.id), row).scalar_one())
    tx.seal(t, {**row, 'id': release_id})
    _set_draft(tx, draft_id, 'submitted')
    note(tx, 'release.submitted', spec.code, why, {'release': release_id, 'draft': draft_id, 'hash': judged.edition.hash})
    return release_id


def withdraw(tx: Tx, release_id: int, reason: str) -> None:
    """Take a submission back, by whoever submitted it; the draft is open again."""
    row = _submitted(tx, release_id)
    need(tx.by, 'release.submit')
    if tx.by.kind != 'system' and tx.by.id != row.submitted_by:
        raise Rejection(f'Expected {row.submitted_by} to withdraw it, but {tx.by.id} did not submit it', '只有提交人可以撤回')
    _decide(tx, row, 'withdrawn', _need(reason, '请填写撤回理由'))
    _set_draft(tx, row.draft_id, 'open')


def refuse(tx: Tx, release_id: int, reason: str) -> None:
    """Send a submission back with the reason; the draft is open again."""
    need(tx.by, 'release.decide')
    row = _submitted(tx, release_id)
    _decide(tx, row, 'refused', _need(reason, '请填写退回理由'))
    _set_draft(tx, row.draft_id, 'open')


def release(
    tx: Tx,
    release_id: int,
    judged: Judged,
    reason: str,
    *,
    effective_at: datetime | None = None,
    hall: str | None = None,
    base: str | None = None,
    despite_empty: bool = False,
) -> items.Deployed:
    """Put a submission into force, now or at an instant to come, by an administrator who wrote nothing of it (S-37).

    It was checked again (`judged`): windows may have gone since it was submitted. `base` is the id of the version in force it was
    compared with ('' for none): what was released meanwhile is not undone unseen. Raises what `items.deploy` raises, Forbidden, Rejection,
    Conflict when it was decided already or the base is another one now.
    """
    need(tx.by, 'release.decide')
    row = _submitted(tx, release_id)
    need_second_person(tx.by, row.editors, row.submitted_by)
    why = _need(reason, '请填写发布意见')
    if effective_at is not None and effective_at <= tx.now:
        raise Rejection(f'Expected an instant after {tx.now}, but got {effective_at}', '生效时间应晚于现在')
    _need_same(judged, row.bundle_hash)
    spec = spec_of(judged.edition)
    need_new_basis(tx.connection, spec.code, spec.legal_basis)
    _same_base(tx, spec.code, base)
    done = items.deploy(tx, judged, row.reason, hall=hall, effective_at=effective_at, despite_empty=despite_empty)
    more: dict[str, Any] = {'version': done.version, 'effective_at': effective_at.isoformat() if effective_at else None}
    _decide(tx, row, 'released', why, definition_id=done.definition_id, more=more)
    _set_draft(tx, row.draft_id, 'released')
    if by_owner(tx.by.id):
        ask(tx, 'release.released', spec.code, why)  # nobody signed in: it is no second person's word
    return done


def rollback(
    tx: Tx, definition_id: int, judged: Judged, reason: str, *, hall: str | None = None, despite_empty: bool = False
) -> items.Deployed:
    """Release an earlier version again, at once: a new version with its content comes into force. Both people have agreed to it before.

    Raises Rejection for a version that was never in force or is the present one, and what `items.deploy` raises when it no
    longer fits this hall.
    """
    need(tx.by, 'release.decide')
    why = _need(reason, '请填写回退理由')
    row = earlier(tx.connection, tx.by, definition_id)
    _need_same(judged, row.bundle_hash)
    done = items.deploy(tx, judged, f'回退到第 {row.version} 版：{why}', hall=hall, despite_empty=despite_empty)
    ask(tx, 'release.rolled_back', row.key, why)
    note(tx, 'release.rolled_back', row.key, why, {'to': row.version, 'version': done.version, 'definition': done.definition_id})
    return done


def earlier(connection: Connection, actor: Actor, definition_id: int) -> Earlier:
    """A version to which one can roll back. Raises NotFound, Forbidden, Rejection for one never in force, or the present one."""
    d = process_definition.c
    statement = select(d.key, d.version, d.state, d.bundle_hash, d.effective_at, d.retired_at).where(d.id == definition_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f'Expected process definition {definition_id}, but there is none', f'没有流程定义 {definition_id}')
    need_item(connection, actor, 'release.decide', row.key)
    if row.state != 'retired' or row.effective_at is None or (row.retired_at and row.retired_at < row.effective_at):
        raise Rejection(f'Expected a version that was in force before, but {definition_id} is {row.state}', '只能回退到曾经生效的版本')
    return Earlier(row.key, row.version, row.bundle_hash)


def unstage(tx: Tx, definition_id: int, reason: str) -> None:
    """Take back a version before its instant; the version in force stays. Raises Conflict when it is in force already."""
    key = tx.connection.execute(select(process_definition.c.key).where(process_definition.c.id == definition_id)).scalar_one_or_none()
    need_item(tx.connection, tx.by, 'release.decide', key or '')
    why = _need(reason, '请填写取消理由')
    definitions.unstage(tx, definition_id)
    row = STORED.first(tx.connection, STORED.select().where(t.c.definition_id == definition_id))
    if row is not None:
        tx.connection.execute(update(t).where(t.c.id == row.id).values(state='refused', decision_reason=why))
        _set_draft(tx, row.draft_id, 'open')
    note(tx, 'release.unstaged', known(key, 'the item of a staged version'), why, {'definition': definition_id})


def judge_draft(connection: Connection, actor: Actor, draft_id: int) -> Judged:
    """A draft checked as it is now, to be submitted. Raises NotFound."""
    return judge(connection, bundle_of(connection, actor, draft_id))


def judge_submission(connection: Connection, actor: Actor, release_id: int) -> Judged:
    """A submission checked again, to be released. Raises NotFound."""
    return judge(connection, submission(connection, actor, release_id)[1])


def judge_version(connection: Connection, definition_id: int) -> Judged:
    """An earlier version checked again, to be rolled back to. Raises NotFound."""
    return judge(connection, edition_of(connection, definition_id).bundle)


def _need_same(judged: Judged, digest: str) -> None:
    if judged.edition.hash != digest:
        raise Conflict('Expected the content that was checked, but it has changed since', '检查之后内容有变化，请刷新后重新提交')


def _need(reason: str, zh: str) -> str:
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', zh)
    return reason.strip()


def _draft(tx: Tx, draft_id: int) -> StoredDraft:
    row = DRAFTS.first(tx.connection, DRAFTS.select().where(draft_bundle.c.id == draft_id, workshop.here(tx.by)).with_for_update())
    if row is None:
        raise NotFound(f'Expected draft {draft_id}, but there is none', f'没有草稿 {draft_id}')
    return row


def _submitted(tx: Tx, release_id: int) -> StoredSubmission:
    """The submission, locked and undecided. Raises NotFound, Conflict naming who decided and when."""
    row = STORED.first(tx.connection, STORED.select().where(t.c.id == release_id, here(tx.by)).with_for_update())
    if row is None:
        raise no_submission(release_id)
    if row.state != 'submitted':
        raise Conflict(
            f'Expected submission {release_id} to be undecided, but {row.decided_by} had it {row.state} at {row.decided_at}',
            '该发布申请已处理',
            who=row.decided_by,
            when=row.decided_at,
        )
    return row


def _decide(
    tx: Tx, row: StoredSubmission, state: str, reason: str, *, definition_id: int | None = None, more: dict[str, Any] | None = None
) -> None:
    values = {'state': state, 'decided_by': tx.by.id, 'decided_at': tx.now, 'decision_reason': reason, 'definition_id': definition_id}
    tx.connection.execute(update(t).where(t.c.id == row.id).values(values))
    data = {'release': row.id, 'draft': row.draft_id, 'definition': definition_id, **(more or {})}
    note(tx, f'release.{state}', row.item, reason, data)


def _set_draft(tx: Tx, draft_id: int, state: str) -> None:
    values: Any = {
        'state': state,
        'changed_by': tx.by.id,
        'changed_at': tx.now,
        draft_bundle.c.lock_version: draft_bundle.c.lock_version + 1,
    }
    tx.connection.execute(update(draft_bundle).where(draft_bundle.c.id == draft_id).values(values))


def _base(tx: Tx, key: str) -> tuple[int, str] | None:
    """The version in force and its hash."""
    found = definitions.newest_in_force(tx.connection, key, tx.now)
    return None if found is None else (found, edition_of(tx.connection, found).hash)


def _same_base(tx: Tx, key: str, base: str | None) -> None:
    hold(tx.connection, key)
    found = _base(tx, key)
    if base is None or base == (str(found[0]) if found else ''):
        return
    d = process_definition.c
    last = tx.connection.execute(select(d.deployed_by, d.deployed_at).where(d.key == key).order_by(d.version.desc()).limit(1)).one_or_none()
    raise Conflict(
        f'Expected version {base or "none"} of {key} in force, but it is {found and found[0]} now',
        '页面打开之后现行版本已变更，请重新核对差异后再发布',
        who=last and last.deployed_by,
        when=last and last.deployed_at,
    )


def _editors(tx: Tx, draft: StoredDraft) -> set[str]:
    """Everybody whose text is or was in the draft: also whose save came too late and was taken up by somebody else."""
    file, aside = draft_file.c, draft_revision.c
    files = tx.connection.execute(select(file.changed_by, file.content).where(file.draft_id == draft.id)).all()
    asides = tx.connection.execute(select(aside.by, aside.content, aside.kind).where(aside.draft_id == draft.id)).all()
    texts = {row.content for row in files} | {row.content for row in asides if row.kind != 'refused'}
    writers = {row.by for row in asides if row.kind != 'refused' or row.content in texts}
    return {draft.created_by, *(row.changed_by for row in files), *writers}
