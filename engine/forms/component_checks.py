"""What must be true of one component before a citizen sees it: rules, options, expressions, templates, sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.feel.regex import PatternError, compile_regex
from engine.forms.expressions import is_expression, negated, syntax_problem
from engine.forms.model import MULTIPLE_CHOICE, SINGLE_CHOICE, Component, FormProblem
from engine.forms.options import normalise
from engine.forms.templating import is_template, template_problem, templates_of
from engine.forms.values import parse_number
from engine.identity import FORMATS, PERSONAL

Found = Iterator[tuple[FormProblem, bool]]
_IMAGE = re.compile(r'data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+', re.ASCII)
_LOCAL = re.compile(r'/(?![/\\])[^\s\\]*', re.ASCII)
_SUBTYPES = ('date', 'time', 'datetime')
_SERIALISING = ('utc_offset', 'utc_normalized', 'no_timezone')


def safe_image(source: str) -> bool:
    """Whether an image may be shown: a raster image in the form itself, or one of the hall's own (`/…`)."""
    return _IMAGE.fullmatch(source) is not None or _LOCAL.fullmatch(source) is not None


def check_component(component: Component) -> Found:
    """Everything wrong with a component as (problem, is it only a warning)."""
    yield from _shapes(component)
    yield from _flags(component)
    yield from _texts(component)
    if isinstance(component.props.get('validate'), Mapping):
        yield from _rules(component)
    yield from _extras(component)
    special = _SPECIAL.get(component.type)
    if special is not None:
        yield from special(component)


def _problem(component: Component, code: str, message: str, zh: str) -> tuple[FormProblem, bool]:
    return FormProblem(code, component.where, message, zh, component.id, component.key), False


def _warning(component: Component, code: str, message: str, zh: str) -> tuple[FormProblem, bool]:
    return FormProblem(code, component.where, message, zh, component.id, component.key), True


def _shapes(component: Component) -> Found:
    for name in ('validate', 'conditional', 'properties', 'appearance'):
        if not isinstance(component.props.get(name) or {}, Mapping):
            yield _problem(component, 'component.shape', f'Expected {name} to be an object', f'{name} 应为对象')


def _expression(component: Component, name: str, value: Any) -> Found:
    """`value` must be a FEEL text beginning with `=`."""
    if not is_expression(value):
        message = f'Expected {name} to begin with =, but it is {value!r}'
        yield _problem(component, 'component.expression', message, f'{name} 应为以 = 开头的表达式')
        return
    text = value[1:]
    problem = syntax_problem(text if negated(text) is None else str(negated(text)))
    if problem:
        yield _problem(component, 'component.expression', f'{name}: {problem}', f'{name} 表达式有误：{problem}')


def _flags(component: Component) -> Found:
    props = component.props
    if props.get('disabled') is not None and not isinstance(props['disabled'], bool):
        zh = 'disabled 只能是 true 或 false，不能是表达式'
        yield _problem(component, 'component.disabled', 'Expected disabled to be true or false', zh)
    readonly = props.get('readonly')
    if readonly is not None and not isinstance(readonly, bool):
        yield from _expression(component, 'readonly', readonly)
    if component.hide is not None:
        yield from _expression(component, 'conditional.hide', component.hide)


def _texts(component: Component) -> Found:
    for name, value in templates_of(component.props).items():
        if value is not None and not isinstance(value, str):
            yield _problem(component, 'component.text', f'Expected {name} to be a text', f'{name} 应为文本')
        problem = template_problem(value)
        if problem:
            yield _problem(component, 'component.template', f'{name}: {problem}', f'{name} 模板有误：{problem}')
    if component.keyed and component.type != 'expression' and not component.label.strip():
        yield _warning(component, 'component.label', 'The field has no label', '字段没有标签，读屏软件无法读出')


def _rules(component: Component) -> Found:
    rules = component.rules
    if rules.get('required') is not None and not isinstance(rules['required'], bool):
        yield _problem(component, 'component.required', 'Expected required to be true or false', '必填只能是 true 或 false，不能是表达式')
    for name in ('min', 'max', 'minLength', 'maxLength'):
        limit = rules.get(name)
        if isinstance(limit, str) and limit.startswith('='):
            yield from _expression(component, f'validate.{name}', limit)
        elif limit is not None and parse_number(limit) is None:
            message = f'Expected validate.{name} to be a number, but it is {limit!r}'
            yield _problem(component, 'component.limit', message, f'validate.{name} 应为数字')
    if rules.get('validationType') not in (None, '', 'custom', 'email', 'phone'):
        kind = rules['validationType']
        yield _problem(component, 'component.validation', f'Validation type {kind!r} is unknown', f'不认识校验类型 {kind}')
    if rules.get('pattern'):
        yield from _pattern(component, rules['pattern'])


def _pattern(component: Component, pattern: Any) -> Found:
    if not isinstance(pattern, str):
        yield _problem(component, 'component.pattern', f'Expected pattern to be a text, but it is {pattern!r}', '正则表达式应为文本')
        return
    try:
        compile_regex(pattern)
    except PatternError as error:
        yield _problem(component, 'component.pattern', f'{error}', f'{error.zh}：{pattern}')


def _extras(component: Component) -> Found:
    for name, allowed in (('personal', PERSONAL), ('format', FORMATS)):
        given = component.extras.get(name) if isinstance(component.extras, Mapping) else None
        several = given.split() if name == 'format' and isinstance(given, str) else [given]
        if given is not None and not (several and all(isinstance(one, str) and one in allowed for one in several)):
            message = f'Expected property {name} to be one of {", ".join(allowed)}, but it is {given!r}'
            yield _problem(component, 'component.property', message, f'自定义属性 {name} 只能是 {"、".join(allowed)}')


def _choices(component: Component) -> Found:
    props = component.props
    if props.get('valuesKey') is not None:
        if not isinstance(props['valuesKey'], str) or not props['valuesKey']:
            yield _problem(component, 'component.options', 'Expected valuesKey to name a variable', 'valuesKey 应为变量名')
    elif props.get('values') is not None:
        options = normalise(props['values'])
        if not isinstance(props['values'], list) or len(options) != len(props['values']):
            yield _problem(component, 'component.options', 'Expected values to be options with a value', '选项列表中有无效的选项')
        if len({option.code for option in options}) != len(options):
            yield _problem(component, 'component.options', 'Two options have the same value', '选项值重复')
    elif props.get('valuesExpression') is not None:
        yield from _expression(component, 'valuesExpression', props['valuesExpression'])
    else:
        yield _problem(component, 'component.options', 'Expected values, valuesKey or valuesExpression', '没有设置选项来源')


def _number(component: Component) -> Found:
    digits, step = component.props.get('decimalDigits'), component.props.get('increment')
    if digits is not None and (isinstance(digits, bool) or not isinstance(digits, int) or digits < 0):
        yield _problem(component, 'component.digits', 'Expected decimalDigits to be a whole number', '小数位数应为非负整数')
    amount = parse_number(step)
    if step is not None and step != '' and (amount is None or amount <= 0):
        yield _problem(component, 'component.increment', 'Expected increment to be a positive number', '步长应为正数')


def _datetime(component: Component) -> Found:
    if component.subtype not in _SUBTYPES:
        yield _problem(component, 'component.subtype', f'Expected one of {_SUBTYPES}, but it is {component.subtype}', '日期时间子类型有误')
    style = component.props.get('timeSerializingFormat')
    if style is not None and style not in _SERIALISING:
        yield _problem(component, 'component.time_format', f'Expected one of {_SERIALISING}, but it is {style}', '时间格式有误')


def _computed(component: Component) -> Found:
    yield from _expression(component, 'expression', component.props.get('expression'))
    if component.props.get('computeOn', 'change') not in ('change', 'presubmit'):
        message = 'Expected computeOn to be change or presubmit'
        yield _problem(component, 'component.compute', message, 'computeOn 应为 change 或 presubmit')


def _table(component: Component) -> Found:
    props = component.props
    if props.get('columnsExpression'):
        yield from _expression(component, 'columnsExpression', props['columnsExpression'])
    columns = props.get('columns', [])
    if not isinstance(columns, list) or any(not isinstance(c, dict) or not isinstance(c.get('key'), str) for c in columns):
        yield _problem(component, 'component.columns', 'Expected columns to be a list of objects with a key', '表格列设置有误')
    if props.get('dataSource'):
        yield from _expression(component, 'dataSource', props['dataSource'])


def _image(component: Component) -> Found:
    source = component.props.get('source')
    if isinstance(source, str) and source and not is_template(source) and not safe_image(source):
        message = 'Expected the image to be data:image/… or a path of this site'
        yield _problem(component, 'component.image', message, '图片只能内嵌（data:image）或来自本站，不能引用外部网址')


def _files(component: Component) -> Found:
    multiple = component.props.get('multiple')
    if multiple is not None and not isinstance(multiple, bool):
        yield from _expression(component, 'multiple', multiple)
    size = component.extras.get('max_size')
    limit = parse_number(size)
    if size is not None and (limit is None or limit <= 0):
        message = 'Expected property max_size to be a number of megabytes'
        yield _problem(component, 'component.property', message, '自定义属性 max_size 应为兆字节数')


def _list(component: Component) -> Found:
    rows = component.props.get('defaultRepetitions', 1)
    if isinstance(rows, bool) or not isinstance(rows, int) or not 0 <= rows <= 50:
        yield _problem(component, 'component.rows', 'Expected defaultRepetitions to be between 0 and 50', '默认行数应为 0 到 50')


_SPECIAL: dict[str, Callable[[Component], Found]] = {
    **dict.fromkeys(SINGLE_CHOICE | MULTIPLE_CHOICE, _choices),
    'number': _number,
    'datetime': _datetime,
    'expression': _computed,
    'table': _table,
    'image': _image,
    'filepicker': _files,
    'dynamiclist': _list,
}
