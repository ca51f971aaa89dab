"""The table of rights as a page of the documentation: `python -m tasks.rights.printing > docs/reference/rights.md`."""

from __future__ import annotations

import sys

from tasks.rights.table import APART, JOINABLE, REACH, RELATIONS, ROLE_WORDS, TABLE
from tasks.rights.two_people import RULES

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
not run out (S-68). A relation to a hall holds for the person's own hall; whoever belongs to no hall serves them all. The owner of
the machine, who uses the command line without signing in, administers accounts and processes of every hall.
"""


_TWO = """
## Two people

Printed from `tasks/rights/two_people.py`. *Beforehand*: the act is proposed and takes effect when somebody else who
administers, audits or supervises confirms it (运行管理 → 会签); in an emergency one person does it alone with a reason, and
it is signed afterwards. *Afterwards*: it cannot wait, and is signed within the days the policy of accounts says. Nobody
signs what he did, what is about him, or anything while an act of a person about his own account is unsigned or objected
to. An objection is a trouble of the hall until somebody settles it. Every other act needs nobody else: it is undone as
easily as done, gives nobody power, or is work on one case, for which the diagram says who signs. A release has its two
people by its submission. What the owner of the machine does on the command line without signing in is always signed
afterwards.

| act, as the operator log calls it | when | right it takes | why | how it is undone |
|---|---|---|---|---|"""


def page() -> str:
    """The page in Markdown, English with the Chinese beside it."""
    roles = [f'| `{name}` | {word.en} | {word} |' for name, word in ROLE_WORDS.items()]
    apart = '; '.join(' and '.join(sorted(pair)) for pair in APART)
    joinable = '; '.join(' and '.join(sorted(pair)) for pair in JOINABLE)
    relations = [
        f'| `{one.name}` | {one.word.en} | {one.word} | {", ".join(role for role in ROLE_WORDS if role in one.roles) or "—"} |'
        for one in RELATIONS.values()
    ]
    rights = [
        f'| `{one.verb}` | {one.does.en}<br>{one.does} | {_names(one.who)} | {REACH[one.reach].en} | {_names(one.masked)} | {one.basis} |'
        for one in TABLE.values()
    ]
    two = [f'| `{one.action}` | {one.when} | `{one.right}` | {one.why} | {one.undone.en}<br>{one.undone} |' for one in RULES.values()]
    parts = [
        _HEAD,
        '## Roles\n\n| role | English | 中文 |\n|---|---|---|',
        *roles,
        f'\nNobody has together: {apart}; and, unless the policy of accounts allows it (`--join-duties`): {joinable}.\n',
        '## Relations\n\n| relation | who that is | 中文 | role it takes |\n|---|---|---|---|',
        *relations,
        '\n## The table\n\n| verb | what | who may | of what | who reads persons masked | why |\n|---|---|---|---|---|---|',
        *rights,
        _TWO,
        *two,
    ]
    return '\n'.join(parts) + '\n'


def _names(relations: tuple[str, ...]) -> str:
    return ', '.join(relations) or '—'


if __name__ == '__main__':
    sys.stdout.write(page())
