"""Where stock SpiffWorkflow 3.2 and this house part, one small diagram each, with what both do.

A trail is the open user tasks after the start and after every move, `ended` when the instance is over; `refused` when the diagram is not
taken, `raises` when a step breaks off, `incident` when a step fails and waits for an operator. A move is the user task that is completed,
or `!element` for the timer, message or signal that happens. `fact` numbers are those of docs/adr/0008-own-meaning.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Known:
    """One construct, where the specification speaks of it, and both trails."""

    construct: str
    fact: int
    section: str  # of BPMN 2.0.2
    text: str  # a sketch, lines parted by semicolons
    stock: tuple[str, ...]
    ours: tuple[str, ...]
    moves: tuple[str, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    patch: tuple[str, str] = ('', '')  # put into the XML what a sketch cannot say
    far: str | None = 'P100Y'  # what stock is told instead of a limit
    plain: bool = False  # tasks without a type as stock has them


ALONE = 'start s; user a; end e; s -> a -> e; '


def _handler(event: str, more: str = '') -> str:
    return f'sub w triggeredByEvent=true {{; start i {event} {more}; user h; end j; i -> h -> j; }}'


TWO_TOKENS = 'start s; user a completionQuantity=2; user b; end e; s -> a -> b -> e'
FIRST_TELLS = 'start s; user u times=2 tells=One tell.signal=S; user h; end e; end e2; on! u signal b text=S; s -> u -> e; b -> h -> e2'
TWO_OF_THREE = (
    'start s; and f; user a; user b; user c; complex j opens=activationCount_>=_2; user u; end e; '
    's -> f; f -> a -> j; f -> b -> j; f -> c -> j; j -> u -> e'
)
REFUND = (
    'start s; user pay; user refund isForCompensation=true; on pay compensate c; c ~ refund; user u; throw t compensate; end e; '
    's -> pay -> u -> t -> e'
)

KNOWN_DIFFERENCES = (
    Known(
        'a bare date is due at its midnight by the clock of the machine',
        1,
        '§10.5.5',
        'start s; catch t timer type=timeDate text=2020-01-01; end e; s -> t -> e',
        ('ended',),
        ('',),
        far=None,
    ),
    Known('a boundary event attached to nothing', 6, '§13.5.3', ALONE + 'on nothing timer t; t -> e', ('a',), ('refused',)),
    Known('an event subprocess that starts on an error', 9, '§13.5.4', ALONE + _handler('error', 'text=E'), ('a+h',), ('a',)),
    Known('an event subprocess that starts on an escalation', 9, '§13.5.4', ALONE + _handler('escalation', 'text=E'), ('a+h',), ('a',)),
    Known(
        'an event subprocess that starts on a condition',
        9,
        '§13.5.4',
        ALONE + _handler('conditional', 'text=x=1'),
        ('a',),
        ('a',),
        variables={'x': 0},
    ),
    Known('an interrupting event subprocess', 9, '§13.5.4', ALONE + _handler('message', 'text=M'), ('a', 'a+h'), ('a', 'h'), ('!i',)),
    Known(
        'an event subprocess nested in a subprocess',
        9,
        '§13.5.4',
        f'start s; sub p {{; start q; user a; end f; q -> a -> f; {_handler("message", "text=M")}; }}; end e; s -> p -> e',
        ('a', 'a'),
        ('a', 'h'),
        ('!i',),
    ),
    Known(
        'a signal end event',
        9,
        '§13.5.6',
        'start s; and f; user a; end x signal text=S; catch c signal text=S; user b; end e; s -> f -> a -> x; f -> c -> b -> e',
        ('a', ''),
        ('a', 'b'),
        ('a',),
    ),
    Known(
        'link events', 9, '§10.5.5', 'start s; throw l link text=L; catch k link text=L; user a; end e; s -> l; k -> a -> e', ('',), ('a',)
    ),
    Known(
        'an event definition by a reference to nothing',
        9,
        '§10.5.5',
        'start s; catch c; user a; end e; s -> c -> a -> e',
        ('a',),
        ('refused',),
        patch=('<intermediateCatchEvent id="c">', '<intermediateCatchEvent id="c"><eventDefinitionRef>timer</eventDefinitionRef>'),
    ),
    Known(
        'a multi-instance activity that does not throw behaviour All',
        9,
        '§13.3.7',
        'start s; user a times=2; end e; s -> a -> e',
        ('a+a',),
        ('refused',),
        patch=('<multiInstanceLoopCharacteristics', '<multiInstanceLoopCharacteristics behavior="One"'),
    ),
    Known('a start quantity other than 1', 9, '§13.3.2', 'start s; user a startQuantity=2; end e; s -> a -> e', ('a',), ('',)),
    Known('a completion quantity other than 1', 9, '§13.3.2', TWO_TOKENS, ('a', 'b'), ('a', 'b+b'), ('a',)),
    Known('an event of a multi-instance activity', 9, '§10.3.8', FIRST_TELLS, ('u+u', 'u'), ('u+u', 'h+u'), ('u',)),
    Known('a complex gateway', 9, '§13.4.5', TWO_OF_THREE, ('refused',), ('a+b+c', 'b+c', 'c+u'), ('a', 'b')),
    Known('compensation', 9, '§13.5.5', REFUND, ('refused',), ('pay', 'u', 'refund'), ('pay', 'u')),
    Known('a loop at most zero times', 9, '§13.3.6', 'start s; user a most=0; user z; end e; s -> a -> z -> e', ('a',), ('z',)),
    Known('a negative cardinality', 9, '§13.3.7', 'start s; user a times=-1 sequential=1; end e; s -> a -> e', ('',), ('incident',)),
    Known(
        'an ad-hoc subprocess',
        9,
        '§13.3.5',
        'start s; sub p {; user a; }; end e; s -> p -> e',
        ('raises',),
        ('refused',),
        patch=('subProcess', 'adHocSubProcess'),
    ),
    Known(
        'a condition on a single flow',
        9,
        '§13.3.1',
        'start s; user a; user b; end e; s -> a; a -> b ? x > 1; b -> e',
        ('a', 'b'),
        ('a', 'incident'),
        ('a',),
        {'x': 0},
    ),
    Known('a process without an end event', 9, '§13.2', 'start s; user a; s -> a', ('a', ''), ('a', 'ended'), ('a',)),
    Known(
        'an error nobody catches',
        9,
        '§10.5.6',
        'start s; sub p {; start i; end x error text=E; i -> x; }; user after; end e; s -> p -> after -> e',
        ('after',),
        ('incident',),
    ),
    Known('an element called like a task of SpiffWorkflow', 9, '§8.3', 'start s; user End; end e; s -> End -> e', ('ended',), ('End',)),
    Known(
        'an inner throw that interrupts its own subprocess',
        10,
        '§13.5.3',
        'start s; and f; catch w message text=M; user heard; sub p {; start i; throw x escalation text=L; '
        'throw m message text=M; end j; i -> x -> m -> j; }; '
        'on p escalation c text=L; user caught; end e; s -> f; f -> w -> heard -> e; f -> p -> e; c -> caught -> e',
        ('caught+heard',),
        ('caught',),
    ),
    Known(
        'a conditional flow out of a task',
        12,
        '§13.3.1',
        'start s; user a; user b; user c; end e; s -> a; a -> b ? x > 1; a => c; b -> e; c -> e',
        ('refused',),
        ('a', 'c'),
        ('a',),
        {'x': 0},
    ),
    Known(
        'several flows out of a task',
        12,
        '§13.3.1',
        'start s; user a; user b; user c; end e; s -> a; a -> b -> e; a -> c -> e',
        ('refused',),
        ('a', 'b+c'),
        ('a',),
    ),
    Known('a process without a start event', 12, '§13.3.1', 'user a; end e; a -> e', ('refused',), ('a',)),
    Known('a task without a type waits for a person', 14, '§13.3.3', 'start s; none t; end e; s -> t -> e', ('t',), ('ended',), plain=True),
    Known(
        'a message has one receiver',
        15,
        '§10.5.1',
        'start s; and f; user a; throw m message text=M; catch c message text=M; user c1; catch d message text=M; user d1; end e; '
        's -> f; f -> a -> m -> e; f -> c -> c1 -> e; f -> d -> d1 -> e',
        ('a', 'c1+d1'),
        ('a', 'c1'),
        ('a',),
    ),
    Known(
        'a boundary message that does not interrupt happens again',
        15,
        '§13.5.3',
        ALONE + 'on! a message b text=M; user h; end j; b -> h -> j',
        ('a', 'a+h', 'a+h'),
        ('a', 'a+h', 'a+h+h'),
        ('!b', '!b'),
    ),
    Known(
        'a sequential multi-instance activity over a collection',
        16,
        '§13.3.7',
        'start s; user a over=people item=one sequential=1; end e; s -> a -> e',
        ('a', 'raises'),
        ('a', 'a'),
        ('a',),
        {'people': [1, 2]},
    ),
    Known(
        'a multi-instance activity over a collection reached twice',
        16,
        '§13.3.7',
        'start s; xor m; user a over=people item=one; xor g; end e; s -> m -> a -> g; g -> m ? again; g => e',
        ('a', 'raises'),
        ('a', 'a'),
        ('a',),
        {'people': [1], 'again': True},
    ),
    Known(
        'a branch that never touched a variable undoes what another one wrote',
        17,
        '§13.4.1',
        "start s; and f; script w script='x = 1'; user a; user b; and j; xor g; user new; user old; end e; "
        's -> f; f -> w -> a -> j; f -> b -> j; j -> g; g -> new ? x = 1; g => old; new -> e; old -> e',
        ('a+b', 'b', 'old'),
        ('a+b', 'b', 'new'),
        ('a', 'b'),
        {'x': 0},
    ),
    Known(
        'what was written in a subprocess is lost when it is interrupted',
        17,
        '§13.5.3',
        "start s; sub p {; start i; script w script='x = 1'; user a; end j; i -> w -> a -> j; }; "
        'on p message b text=M; xor g; user new; user old; end e; '
        's -> p -> e; b -> g; g -> new ? x = 1; g => old; new -> e; old -> e',
        ('a', 'old'),
        ('a', 'new'),
        ('!b',),
        {'x': 0},
    ),
    Known(
        'more tokens than one on a flow into a join',
        18,
        '§13.4.1',
        'start s; and f; and f2; xor m; user a; user b; and j; user c; end e; s -> f; f -> a -> m -> j; f -> b -> m; '
        'f -> f2 -> j; j -> c -> e',
        ('a+b', 'b+c', 'c', 'ended'),
        ('a+b', 'b+c', 'c', ''),
        ('a', 'b', 'c'),
    ),
    Known(
        'an inclusive join waits for a branch that is inside a subprocess before a choice',
        19,
        '§13.4.3',
        'start s; or f; or j; sub p {; start i; user a; end k; i -> a -> k; }; xor g; xor m; user b; user c; '
        'user after; end e; s -> f; f -> j ? x > 0; '
        'f -> p ? x > 0; p -> g; g -> b ? x > 5; g => c; b -> m; c -> m; m -> j; j -> after -> e',
        ('a+after', 'after+c', 'after'),
        ('a', 'c', 'after'),
        ('a', 'c'),
        {'x': 1},
    ),
    Known(
        'an inclusive join inside a loop lets go twice in the second round',
        20,
        '§13.4.3',
        "start s; script z script='n = 0'; xor m; or f; user a; none b; or j; script i script='n = n + 1'; xor g; end e; "
        's -> z -> m -> f; f -> a ? x > 0; f -> b ? x > 0; a -> j; b -> j; j -> i -> g; g -> m ? n < 3; g => e',
        ('a', 'a+a'),
        ('a', 'a'),
        ('a',),
        {'x': 1},
    ),
    Known(
        'a parallel join inside a loop waits for all branches in the second round, too',
        20,
        '§13.4.1',
        "start s; script z script='n = 0'; xor m; and f; user a; user b; and j; user c; script i script='n = n + 1'; xor g; end e; "
        's -> z -> m -> f; f -> a -> j; f -> b -> j; j -> c -> i -> g; g -> m ? n < 2; g => e',
        ('a+b', 'a', 'c', 'a+b', 'b+c'),
        ('a+b', 'a', 'c', 'a+b', 'b'),
        ('b', 'a', 'c', 'a'),
    ),
    Known(
        'an inclusive join does not wait for the catch event that lost a race',
        21,
        '§13.4.4',
        'start s; or f; none n; race r; catch first message text=A; catch second message text=B; xor m; user b; or j; user after; end e; '
        's -> f; f -> n ? x > 0; n -> r -> first -> m; r -> second -> m; m -> j; f => b; b -> j; j -> after -> e',
        ('', ''),
        ('', 'after'),
        ('!first',),
        {'x': 1},
    ),
)
