"""Forms, what they are opened with and what is typed: the same cases for form-js and for engine.forms."""

from __future__ import annotations

from typing import Any

Component = dict[str, Any]
Case = dict[str, Any]


def field(kind: str, key: str, **props: Any) -> Component:
    return {'type': kind, 'id': f'F_{key.replace(".", "_")}', 'key': key, 'label': key, **props}


def case(name: str, components: list[Component], context: dict[str, Any] | None = None, typed: list[tuple[str, Any]] | None = None) -> Case:
    return {'id': name, 'schema': {'type': 'default', 'components': components}, 'context': context or {}, 'input': typed or []}


COLOURS = [{'value': 'red', 'label': '红'}, {'value': 'blue', 'label': '蓝'}, {'value': 3, 'label': '三'}]


def text_cases() -> list[Case]:
    required = {'required': True}
    return [
        case('text empty', [field('textfield', 'a')]),
        case('text required empty', [field('textfield', 'a', validate=required)]),
        case('text default', [field('textfield', 'a', defaultValue='甲', validate=required)]),
        case('text null in data', [field('textfield', 'a', defaultValue='甲')], {'a': None}),
        case('text number in data', [field('textfield', 'a')], {'a': 12.5}),
        case('text bool in data', [field('textfield', 'a')], {'a': True}),
        case('text list in data', [field('textfield', 'a')], {'a': ['x']}),
        case('text newlines in data', [field('textfield', 'a')], {'a': '一\n二\t三'}),
        case('textarea newlines in data', [field('textarea', 'a')], {'a': '一\n二'}),
        case('too short', [field('textfield', 'a', validate={'minLength': 3})], typed=[('a', ' ab ')]),
        case('short but empty', [field('textfield', 'a', validate={'minLength': 3})]),
        case('too long', [field('textfield', 'a', validate={'maxLength': 2})], typed=[('a', '政务厅')]),
        case(
            'limits from data',
            [field('textfield', 'a', validate={'minLength': '=least', 'maxLength': '=most'})],
            {'least': 2, 'most': 3},
            [('a', '甲')],
        ),
        case('limit expression is null', [field('textfield', 'a', validate={'minLength': '=nothing'})], typed=[('a', '甲')]),
        case('pattern', [field('textfield', 'a', validate={'pattern': '^[A-Z]{2}$'})], typed=[('a', 'abc')]),
        case('pattern unanchored', [field('textfield', 'a', validate={'pattern': r'\d'})], typed=[('a', '第5号')]),
        case('pattern dollar is the end', [field('textarea', 'a', validate={'pattern': '^ab$'})], typed=[('a', 'ab\n')]),
        case('pattern digits are ascii', [field('textfield', 'a', validate={'pattern': r'^\d+$'})], typed=[('a', '１２')]),
        case('pattern han', [field('textfield', 'a', validate={'pattern': r'^[\u4e00-\u9fa5]{2,4}$'})], typed=[('a', '张三丰')]),
        case('pattern named group', [field('textfield', 'a', validate={'pattern': r'^(?<y>\d{4})-(?<m>\d\d)$'})], typed=[('a', '2024-2')]),
        case(
            'pattern own words',
            [field('textfield', 'a', validate={'pattern': '^x', 'patternErrorMessage': '须以 x 开头'})],
            typed=[('a', 'y')],
        ),
        case('pattern and empty', [field('textfield', 'a', validate={'pattern': '^x', 'required': True})]),
        case('email good', [field('textfield', 'a', validate={'validationType': 'email'})], typed=[('a', 'li.si@example.cn')]),
        case('email bad', [field('textfield', 'a', validate={'validationType': 'email'})], typed=[('a', 'li.si@')]),
        case('phone good', [field('textfield', 'a', validate={'validationType': 'phone'})], typed=[('a', '+4930664040900')]),
        case('phone bad', [field('textfield', 'a', validate={'validationType': 'phone'})], typed=[('a', '12')]),
        case(
            'several errors in order',
            [field('textfield', 'a', validate={'pattern': '^x', 'minLength': 5, 'validationType': 'email'})],
            typed=[('a', 'abc')],
        ),
        case('disabled is left out', [field('textfield', 'a', disabled=True, validate=required), field('textfield', 'b')], {'b': '1'}),
        case('readonly is sent', [field('textfield', 'a', readonly=True, validate=required)], {'a': '值'}),
        case('readonly required empty', [field('textfield', 'a', readonly=True, validate=required)]),
        case('readonly by expression', [field('textfield', 'a', readonly='=locked'), field('textfield', 'b')], {'locked': True, 'a': '值'}),
        case('unknown keys are left out', [field('textfield', 'a')], {'a': '1', 'other': 2}),
        case('key path', [field('textfield', 'p.q.r'), field('number', 'p.n')], {'p': {'q': {'r': 'x', 'z': 1}, 'n': '2'}}),
    ]


def number_cases() -> list[Case]:
    return [
        case('number empty', [field('number', 'n')]),
        case('number required', [field('number', 'n', validate={'required': True})]),
        case('number zero is a value', [field('number', 'n', validate={'required': True, 'min': 1})], typed=[('n', 0)]),
        case('number text in data', [field('number', 'n')], {'n': '12.50'}),
        case('number words in data', [field('number', 'n')], {'n': 'abc'}),
        case('number bool in data', [field('number', 'n')], {'n': True}),
        case('number list in data', [field('number', 'n')], {'n': [1]}),
        case('number as string', [field('number', 'n', serializeToString=True)], {'n': 12.5}),
        case('number string kept', [field('number', 'n', serializeToString=True)], {'n': '12.50'}),
        case(
            'number string checked', [field('number', 'n', serializeToString=True, decimalDigits=1, validate={'min': 20})], {'n': '12.55'}
        ),
        case('number float noise', [field('number', 'n', decimalDigits=2)], typed=[('n', 0.1)]),
        case('integer wanted', [field('number', 'n', decimalDigits=0)], typed=[('n', 1.5)]),
        case('integer given as 2.0', [field('number', 'n', decimalDigits=0)], {'n': '2.0'}),
        case('two digits wanted', [field('number', 'n', decimalDigits=2)], typed=[('n', 1.005)]),
        case('one digit wanted', [field('number', 'n', decimalDigits=1)], typed=[('n', 1.25)]),
        case('increment', [field('number', 'n', increment=0.05)], typed=[('n', 0.12)]),
        case('increment kept', [field('number', 'n', increment='0.05')], typed=[('n', 0.15)]),
        case('increment negative', [field('number', 'n', increment=5)], typed=[('n', -7)]),
        case('min and max', [field('number', 'n', validate={'min': 10, 'max': 5})], typed=[('n', 7)]),
        case('min from data', [field('number', 'n', validate={'min': '=low + 1'})], {'low': 3}, [('n', 3)]),
        case('min as text', [field('number', 'n', validate={'min': '10'})], typed=[('n', 9.5)]),
        case('min null', [field('number', 'n', validate={'min': '=nothing'})], typed=[('n', 9.5)]),
        case('min no number', [field('number', 'n', validate={'min': '=word'})], {'word': 'x'}, [('n', 9.5)]),
        case('max boundary', [field('number', 'n', validate={'max': 5})], typed=[('n', 5)]),
        case('exponent', [field('number', 'n')], {'n': '1e3'}),
    ]


def choice_cases() -> list[Case]:
    required = {'required': True}
    return [
        case('checkbox empty', [field('checkbox', 'c')]),
        case('checkbox required', [field('checkbox', 'c', validate=required)]),
        case('checkbox ticked', [field('checkbox', 'c', validate=required)], typed=[('c', True)]),
        case('checkbox text in data', [field('checkbox', 'c')], {'c': 'true'}),
        case('select empty', [field('select', 's', values=COLOURS)]),
        case('select required', [field('select', 's', values=COLOURS, validate=required)]),
        case('select chosen', [field('select', 's', values=COLOURS, validate=required)], typed=[('s', 'blue')]),
        case('select number', [field('select', 's', values=COLOURS)], typed=[('s', 3)]),
        case('select number as text', [field('select', 's', values=COLOURS)], typed=[('s', '3')]),
        case('select no option', [field('select', 's', values=COLOURS, validate=required)], typed=[('s', 'green')]),
        case('select no option in data', [field('select', 's', values=COLOURS)], {'s': 'green'}),
        case('select from variable', [field('select', 's', valuesKey='list')], {'list': ['甲', '乙'], 's': '乙'}),
        case('select from odd variable', [field('select', 's', valuesKey='list')], {'list': '甲', 's': '甲'}),
        case(
            'select from expression',
            [field('select', 's', valuesExpression='=list')],
            {'list': [{'label': '甲', 'value': {'id': 1}}]},
            [('s', {'id': 1})],
        ),
        case('select not in expression', [field('select', 's', valuesExpression='=list')], {'list': ['a'], 's': 'b'}),
        case('select default not an option', [field('select', 's', values=COLOURS, defaultValue='green')]),
        case('radio chosen', [field('radio', 's', values=COLOURS, validate=required)], typed=[('s', 'red')]),
        case('radio required', [field('radio', 's', values=COLOURS, validate=required)]),
        case('checklist empty', [field('checklist', 'm', values=COLOURS)]),
        case('checklist required', [field('checklist', 'm', values=COLOURS, validate=required)]),
        case('checklist order of picking', [field('checklist', 'm', values=COLOURS)], typed=[('m', [3, 'red'])]),
        case('checklist foreign dropped', [field('checklist', 'm', values=COLOURS)], typed=[('m', ['red', 'green'])]),
        case('checklist text in data', [field('checklist', 'm', values=COLOURS)], {'m': 'red'}),
        case('taglist foreign in data', [field('taglist', 'm', values=COLOURS)], {'m': ['blue', 'x']}),
        case(
            'taglist from expression',
            [field('taglist', 'm', valuesExpression='=for x in list return x + 1')],
            {'list': [1, 2], 'm': [2, 9]},
        ),
        case('disabled select keeps nothing', [field('select', 's', values=COLOURS, disabled=True), field('textfield', 'a')], {'s': 'red'}),
    ]


def date_cases() -> list[Case]:
    moment = {'subtype': 'datetime'}
    return [
        case('date empty', [field('datetime', 'd', subtype='date')]),
        case('date required', [field('datetime', 'd', subtype='date', validate={'required': True})]),
        case('date', [field('datetime', 'd', subtype='date')], {'d': '2024-02-29'}),
        case('date without subtype', [field('datetime', 'd')], {'d': '2024-02-29'}),
        case('date that is none', [field('datetime', 'd', subtype='date')], {'d': 'morgen'}),
        case('date from number', [field('datetime', 'd', subtype='date')], {'d': 5}),
        case('date from datetime', [field('datetime', 'd', subtype='date')], {'d': '2024-02-29T10:00'}),
        case('time', [field('datetime', 'd', subtype='time')], {'d': '09:30'}),
        case('time rounded', [field('datetime', 'd', subtype='time')], typed=[('d', '09:37')]),
        case('moment rounded', [field('datetime', 'd', **moment)], typed=[('d', '2024-02-29T10:07')]),
        case('time interval', [field('datetime', 'd', subtype='time', timeInterval=5)], typed=[('d', '09:37')]),
        case('time minute', [field('datetime', 'd', subtype='time', timeInterval=1)], {'d': '09:37'}),
        case('time with offset', [field('datetime', 'd', subtype='time', timeSerializingFormat='utc_offset')], {'d': '09:30'}),
        case('time normalised', [field('datetime', 'd', subtype='time', timeSerializingFormat='utc_normalized')], {'d': '07:30'}),
        case('time from utc', [field('datetime', 'd', subtype='time', timeSerializingFormat='no_timezone')], {'d': '09:30Z'}),
        case('time that is none', [field('datetime', 'd', subtype='time')], {'d': 'noon'}),
        case('moment', [field('datetime', 'd', **moment)], {'d': '2024-02-29T10:00'}),
        case('moment with offset', [field('datetime', 'd', **moment, timeSerializingFormat='utc_offset')], {'d': '2024-02-29T10:00'}),
        case('moment normalised', [field('datetime', 'd', **moment, timeSerializingFormat='utc_normalized')], {'d': '2024-02-29T07:00'}),
        case(
            'moment from offset', [field('datetime', 'd', **moment, timeSerializingFormat='no_timezone')], {'d': '2024-02-29T10:00+09:00'}
        ),
        case('moment that is a date', [field('datetime', 'd', **moment)], {'d': '2024-02-29'}),
    ]


def condition_cases() -> list[Case]:
    hidden = {'conditional': {'hide': '=kind = "a"'}}
    chain = [
        field('checkbox', 'a'),
        field('textfield', 'b', conditional={'hide': '=a'}),
        field('textfield', 'c', conditional={'hide': '=b = "x"'}),
    ]
    return [
        case('hidden is dropped', [field('textfield', 'x', **hidden)], {'kind': 'a', 'x': '1'}),
        case('hidden required', [field('textfield', 'x', validate={'required': True}, **hidden)], {'kind': 'a'}),
        case('visible', [field('textfield', 'x', validate={'required': True}, **hidden)], {'kind': 'b'}),
        case('hidden by typing', [field('textfield', 'kind'), field('textfield', 'x', **hidden)], {'x': '1'}, [('kind', 'a')]),
        case('unknown compares to hidden', [field('textfield', 'x', conditional={'hide': '=amount > 3'})], {'x': '1'}),
        case('not of unknown is visible', [field('textfield', 'x', conditional={'hide': '=not(amount)'})], {'x': '1'}),
        case('text is no condition', [field('textfield', 'x', conditional={'hide': '=word'})], {'x': '1', 'word': 'yes'}),
        case('chain of conditions', chain, {'a': True, 'b': 'x', 'c': '1'}),
        case('chain of conditions typed', chain, {'b': 'y', 'c': '1'}, [('b', 'x'), ('a', True)]),
        case(
            'hidden group',
            [
                {
                    'type': 'group',
                    'id': 'G',
                    'components': [field('textfield', 'x', validate={'required': True})],
                    'conditional': {'hide': '=true'},
                },
                field('textfield', 'y'),
            ],
            {'x': '1', 'y': '2'},
        ),
        case('group path', [{'type': 'group', 'id': 'G', 'path': 'g', 'components': [field('textfield', 'x')]}], {'g': {'x': '1'}}),
        case(
            'groups share a path',
            [
                {'type': 'group', 'id': 'G', 'path': 'g', 'components': [field('textfield', 'x')]},
                {'type': 'group', 'id': 'H', 'path': 'g', 'components': [field('textfield', 'z')]},
            ],
            {'g': {'x': '1'}},
        ),
        case('expression', [field('number', 'n'), field('expression', 'e', expression='=n * 2')], typed=[('n', 21)]),
        case(
            'expression chain',
            [field('expression', 'f', expression='=e + 1'), field('number', 'n'), field('expression', 'e', expression='=n * 2')],
            typed=[('n', 21)],
        ),
        case(
            'expression presubmit', [field('number', 'n'), field('expression', 'e', expression='=n * 2', computeOn='presubmit')], {'n': 4}
        ),
        case('expression null', [field('expression', 'e', expression='=nothing + 1')]),
        case('expression list', [field('expression', 'e', expression='=[1, 2][item > 1]')]),
        case('expression hidden', [field('expression', 'e', expression='=1', conditional={'hide': '=true'})]),
        case(
            'condition on expression',
            [field('expression', 'e', expression='=5'), field('textfield', 'x', conditional={'hide': '=e > 3'})],
            {'x': '1'},
        ),
        case(
            'presentation only',
            [
                {'type': 'text', 'id': 'T', 'text': '# x'},
                {'type': 'separator', 'id': 'S'},
                {'type': 'spacer', 'id': 'P'},
                {'type': 'button', 'id': 'B', 'label': 'ok'},
            ],
            {'x': 1},
        ),
    ]


def list_cases() -> list[Case]:
    def rows(*components: Component, **props: Any) -> Component:
        return {'type': 'dynamiclist', 'id': 'L', 'path': 'rows', 'components': list(components), **props}

    name, required = field('textfield', 'name'), {'required': True}
    inner = {
        'type': 'dynamiclist',
        'id': 'M',
        'path': 'inner',
        'components': [field('number', 'n', validate={'min': '=this.low'}), field('number', 'low')],
    }
    return [
        case('list of one empty row', [rows(name)]),
        case('list default rows', [rows(name, defaultRepetitions=3)]),
        case('list rows in data', [rows(name)], {'rows': [{'name': '甲', 'other': 1}, {'name': '乙'}]}),
        case('list with odd rows', [rows(name)], {'rows': [1, None, {'name': '乙'}]}),
        case('list that is none', [rows(name)], {'rows': 'x'}),
        case('list typed', [rows(name)], {'rows': [{}, {}]}, [('rows.1.name', '乙')]),
        case('list errors', [rows(field('textfield', 'name', validate=required))], {'rows': [{'name': '甲'}, {}, {'name': ''}]}),
        case(
            'list condition on this',
            [rows(field('checkbox', 'off'), field('textfield', 'name', validate=required, conditional={'hide': '=this.off'}))],
            {'rows': [{'off': True, 'name': '甲'}, {'off': False}]},
        ),
        case(
            'list condition on parent',
            [field('checkbox', 'all'), rows(name, field('textfield', 'why', conditional={'hide': '=parent.all'}))],
            {'all': True, 'rows': [{'name': '甲', 'why': 'x'}]},
        ),
        case('list row number', [rows(name, field('expression', 'nr', expression='=i[1]'))], {'rows': [{}, {}]}),
        case(
            'list expression on this',
            [rows(field('number', 'a'), field('expression', 'b', expression='=this.a * 2'))],
            {'rows': [{'a': 1}, {'a': 2}]},
        ),
        case('list of lists', [rows(name, inner)], {'rows': [{'inner': [{'n': 1, 'low': 2}, {'n': 3, 'low': 2}]}, {}]}),
        case('list hidden', [rows(field('textfield', 'name', validate=required), conditional={'hide': '=true'})], {'rows': [{}]}),
        case(
            'list group inside', [rows({'type': 'group', 'id': 'G', 'path': 'g', 'components': [name]})], {'rows': [{'g': {'name': '甲'}}]}
        ),
        case(
            'list sum', [rows(field('number', 'a')), field('expression', 's', expression='=sum(rows.a)')], {'rows': [{'a': 1}, {'a': 2.5}]}
        ),
        case('list select in row', [rows(field('select', 's', values=COLOURS, validate=required))], {'rows': [{'s': 'red'}, {'s': 'x'}]}),
        case('list not repeating', [rows(name, isRepeating=False)], {'rows': {'name': '甲'}}),
        case('list disabled in row', [rows(name, field('textfield', 'd', disabled=True))], {'rows': [{'name': '甲', 'd': 'x'}]}),
    ]


CASES: list[Case] = [*text_cases(), *number_cases(), *choice_cases(), *date_cases(), *condition_cases(), *list_cases()]
