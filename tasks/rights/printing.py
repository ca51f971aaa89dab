"""The table of rights as a page of the documentation: `python -m tasks.rights.printing > docs/reference/rights.md`."""

from __future__ import annotations

import sys

from tasks.rights.table import APART, JOINABLE, REACH, RELATIONS, ROLES, TABLE

_HEAD = """# Rights

Printed from `tasks/rights/table.py` by `python -m tasks.rights.printing`; a test compares. Verbs, pages, lists, searches, documents and
the command line ask this table and nothing else. A list shows exactly the cases whose page opens. Whoever may not know of an object is
told that there is none (404); whoever knows of it and may not do something to it is told who may (403). The engine's verbs for operators
ask the same table (`engine.Right`).

**Of what**: of *the case*: by the relation to that case, step, paper or mark. Of *the hall of the object*: a department, window or person
is of its hall, a submission of the hall of its item (a new item: of whoever submitted it), a draft of the hall of whoever began it, a batch
of the halls of its cases, an incident or timer of that of its case, a line of a log of that of whoever wrote it. Of *every hall*: by
whoever may do it in all of them, so who belongs to none, or to the only one. Of *no hall*: what is published or shared, and one's own.

A right follows the **relation** to the object, not the role alone. Who works cases also needs an active account and a certificate that has
not run out (S-68). A relation to a hall holds for the person's own hall; whoever belongs to no hall serves them all. The command line
acts as an administrator who belongs to no hall.
"""


def page() -> str:
    """The page in Markdown, English with the Chinese beside it."""
    roles = [f'| `{name}` | {word.en} | {word} |' for name, word in ROLES.items()]
    apart = '; '.join(' and '.join(sorted(pair)) for pair in APART)
    joinable = '; '.join(' and '.join(sorted(pair)) for pair in JOINABLE)
    relations = [
        f'| `{one.name}` | {one.word.en} | {one.word} | {", ".join(role for role in ROLES if role in one.roles) or "—"} |'
        for one in RELATIONS.values()
    ]
    rights = [
        f'| `{one.verb}` | {one.does.en}<br>{one.does} | {_names(one.who)} | {REACH[one.reach].en} | {_names(one.masked)} | {one.basis} |'
        for one in TABLE.values()
    ]
    parts = [
        _HEAD,
        '## Roles\n\n| role | English | 中文 |\n|---|---|---|',
        *roles,
        f'\nNobody has together: {apart}; and, unless the policy of accounts allows it (`--join-duties`): {joinable}.\n',
        '## Relations\n\n| relation | who that is | 中文 | role it takes |\n|---|---|---|---|',
        *relations,
        '\n## The table\n\n| verb | what | who may | of what | who reads persons masked | why |\n|---|---|---|---|---|---|',
        *rights,
    ]
    return '\n'.join(parts) + '\n'


def _names(relations: tuple[str, ...]) -> str:
    return ', '.join(relations) or '—'


if __name__ == '__main__':
    sys.stdout.write(page())
