"""What of the office's rows is evidence: of cases, of people and posts, of items and calendars, and every line of the operator log."""

from __future__ import annotations

from engine.evidence import Kind
from tasks import tables as t
from tasks.calendars.tables import calendar_edition, closure_day
from tasks.catalogue.releases.tables import release
from tasks.marks.tables import clerk_substitute, mark, mark_rule
from tasks.operations.tables import proposal, restore, settlement, sole_act
from tasks.people.tables import account_policy, clerk_password, recovery_code, second_factor

_PROGRESS = frozenset({'state', 'total', 'done', 'moved', 'failed', 'finished_at'})
"""How far the cases have followed a calendar edition."""
_QUERY = frozenset({'query_password_hash'})

KINDS: tuple[Kind, ...] = (
    Kind('case', t.approval_case, 'case', 'case_no', without=frozenset({'submission'}), secret=_QUERY, younger=dict.fromkeys(_QUERY, 2)),
    Kind('material', t.case_material, 'case', 'case_no', ('code',)),
    Kind('document', t.document, 'case', 'case_no', ('number',), without=frozenset({'number_key'})),
    Kind('attachment', t.attachment, 'case', 'case_no', ('id',), without=frozenset({'content'})),  # its SHA-256 stands beside it
    Kind('licence', t.licence, 'case', 'case_no', ('no',), without=frozenset({'no_key'})),
    Kind('mark', mark, 'case', 'case_no', ('number',)),
    Kind('log', t.operator_log, 'actor', 'by', ('id',)),
    Kind('place', t.hall, 'hall', key=('code',)),
    Kind('department', t.department, 'hall', key=('code',)),
    Kind('window', t.window, 'hall', key=('code',)),
    Kind('clerk', t.clerk, 'hall', key=('username',), without=frozenset({'session_epoch'})),
    Kind('windows', t.clerk_window, 'hall', key=('username',), many=True),
    Kind('password', clerk_password, 'hall', key=('username',), many=True),
    Kind('factor', second_factor, 'hall', key=('username',), without=frozenset({'last_step'})),
    Kind('recovery', recovery_code, 'hall', key=('username',), many=True),
    Kind('sole', sole_act, 'hall', key=('id',)),
    Kind('restored', restore, 'hall', key=('epoch',)),
    Kind('settlement', settlement, 'hall', key=('act',)),
    Kind('proposal', proposal, 'hall', key=('id',)),
    Kind('policy', account_policy, 'hall', key=('id',)),
    Kind('substitute', clerk_substitute, 'hall', key=('username',)),
    Kind('thresholds', mark_rule, 'hall', key=('hall',)),
    Kind('duties', t.definition_window, 'hall', key=('definition_id',), many=True),
    Kind('item', t.approval_item, 'hall', key=('code',)),
    Kind('release', release, 'hall', key=('id',)),
    Kind('edition', calendar_edition, 'hall', key=('token',), without=_PROGRESS),
    Kind('closure', closure_day, 'hall', key=('calendar', 'hall'), many=True),
)

PERSONAL = frozenset({'case', 'material', 'document', 'attachment', 'licence', 'history'})
"""Kinds whose rows may hold personal data: who may not see it gets their digests only."""
