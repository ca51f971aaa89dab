"""What is under no chain, table by table and column by column, and why. A new column stands here or under a chain: a test asks for it.

`docs/explanation/security.md` prints these lists.
"""

from __future__ import annotations

from collections.abc import Mapping

COUNTED = 'the doctor counts it anew'
SHORT = 'short-lived: it decides nothing once it is over'
TOLD = 'its acts stand in the operator log'
DRAWN = 'a draft: what comes into force is a release, with its whole bundle'

TABLES: Mapping[str, str] = {
    'backup_run': 'tells when a backup was made; the folder of backups itself is what counts',
    'calendar_case': 'how far a case has followed a calendar; ' + COUNTED,
    'case_batch': 'its order stands in the operator log, which is sealed: nothing else is carried out, and the doctor compares',
    'case_batch_row': 'a digest of its cases stands in the sealed order: no other case is done, and the doctor compares. '
    '**Not protected**: a case of the order that is set waiting again is done once more',
    'case_key': 'words a case is found by, made of sealed columns',
    'case_sequence': 'every paper is sealed; the doctor compares the counters with the papers',
    'clerk_session': '**not protected**: on pages a session also needs the cookie signed with `secret_key`, which is not in the database; '
    'on the command line (`--token-file`) the row alone is enough, so who adds one signs in there as that person until it is over',
    'clock_doubt': 'how long a worker held still; ' + TOLD,
    'clock_reading': SHORT,
    'document_sequence': 'every paper is sealed; the doctor compares the counters with the papers',
    'draft_bundle': DRAWN,
    'draft_file': DRAWN,
    'draft_revision': DRAWN,
    'evidence': 'the chains themselves: linked and signed',
    'evidence_anchor': 'the lines are signed, and stand outside',
    'evidence_head': 'the ends of chains: compared with the newest signed entry',
    'heartbeat': SHORT,
    'history': 'hashed row by row; its end and length are the object `history` of each case',
    'incident': 'opening and settling are events of the history; ' + TOLD,
    'instance_migration': 'an event of the history names both versions; '
    '**not protected**: the kept state before it, to which it may be reverted',
    'known_place': 'counts wrong passwords of an address or a browser apart; ' + SHORT,
    'login_attempt': 'counts wrong passwords; ' + SHORT,
    'moved_clock': 'of demonstrations only',
    'outbox': 'anchor lines are compared with their file; a message of a diagram is delivered only if the history of the case that sent it '
    'has it. **Not protected**: a waiting message that is deleted is not sent, one that is set waiting again is delivered once more, '
    'and the history is compared with its chain by the doctor, not by the delivery',
    'progress_view': SHORT,
    'reminder': 'a copy of what a mark or a limit says',
    'state_before': '**not protected**: the state to which the acts of a wrong clock are taken back',
    'subscription': 'the doctor compares it with the sealed state of the process',
    'timer': 'its date alone fires nothing: it is counted anew before, and by the doctor. The doctor compares it with the sealed state '
    'of the process. **Not protected**: a limit or an instant from which it counts that is changed together with the date',
    'timer_start': 'its date alone starts nothing: it is counted anew before. **Not protected**: an instant from which it '
    'counts that is changed together with the date',
    'trial_session': 'of trials only',
    'user_task': 'opening, signing, completing are events of the history; the doctor compares open ones with the sealed state, the diagram '
    'and the history, and counts their dates anew',
    'user_task_group': 'further posts of an open task; the doctor compares them with the task',
    'user_task_person': 'people a task is offered to one by one; the doctor compares them with the task and its history',
    'watch': 'when to warn of a limit; **not protected**: a warning that is deleted is not given, the breach itself is',
}
"""Tables of which no column is under a chain."""

COLUMNS: Mapping[str, Mapping[str, str]] = {
    'approval_case': {'submission': 'keeps one page from filing two cases'},
    'attachment': {'content': 'its SHA-256 beside it is sealed; the doctor compares'},
    'calendar_edition': dict.fromkeys(
        ('id', 'state', 'total', 'done', 'moved', 'failed', 'finished_at'), 'how far the cases have followed; ' + COUNTED
    ),
    'case_material': {'id': 'nothing rests on it'},
    'clerk': {'session_epoch': 'ends sessions; ' + SHORT},
    'clerk_password': {'id': 'orders a person’s passwords; their instants are sealed'},
    'clock': {
        'id': 'nothing rests on it',
        'amber_at': COUNTED,
        **dict.fromkeys(('attempts', 'next_try', 'last_error'), 'how due work is getting on'),
    },
    'document': {'id': 'licences name it: theirs is sealed', 'number_key': 'made of the number, to find it by'},
    'extension': {'id': 'nothing rests on it'},
    'licence': {'no_key': 'made of the number, to find it by'},
    'mark': {'id': 'nothing rests on it: a mark has a number'},
    'process_definition': dict.fromkeys(('attempts', 'next_try', 'last_error'), 'how due work is getting on'),
    'process_instance': {
        'state_schema': 'how the sealed state is written',
        'lock_version': 'keeps stale pages from writing',
        **dict.fromkeys(('started_by', 'started_at'), 'the first event of the history says them'),
        **dict.fromkeys(('touched_by', 'touched_at'), 'the newest event of the history says them'),
        **dict.fromkeys(('evidence_seq', 'evidence_link'), 'the end of the chain: compared with the newest signed entry'),
    },
    'second_factor': {'last_step': 'keeps a code from being taken twice'},
}
"""Columns that are not sealed of tables that are."""
