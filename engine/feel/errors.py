"""What can go wrong with an expression: it does not parse, or it costs too much.

Everything else (a missing variable, ``1 + "a"``) is not an error in FEEL: the result is null and a `FeelWarning` says why.
"""

from dataclasses import dataclass
from typing import Final

from engine.core.effort import TooMuchWork


class FeelError(Exception):
    """Any failure of the expression language; catch this to catch all of them."""


class FeelSyntaxError(FeelError):
    """The text is not FEEL. Carries where it stopped being FEEL and what would have been accepted there.

    `position` is the offset in characters from the start of the text (0-based); `line` and `column` count from 1.
    `instead` is the whole text as it was probably meant.
    """

    def __init__(self, source: str, position: int, *, expected: str, found: str, zh: str, en: str, instead: str | None = None) -> None:
        self.source = source
        self.instead = instead
        self.position = position
        before = source[:position]
        self.line = before.count('\n') + 1
        self.column = position - (before.rfind('\n') + 1) + 1
        self.expected = expected
        self.found = found
        self.zh = f'第 {self.line} 行第 {self.column} 列：{zh}'
        self.en = f'Line {self.line}, column {self.column}: {en}'
        super().__init__(self.en)


class FeelBudgetError(FeelError, TooMuchWork):
    """The evaluation took more steps, depth or space than an expression may take (see `Budget`), or more steps than were left."""

    def __init__(self, what: str, most: int) -> None:
        self.what = what
        TooMuchWork.__init__(self, most, f'{what}, but the expression needs more', f'表达式超出允许的{_BUDGET_ZH[what]}')
        self.en = str(self)


class FeelFunctionError(FeelError):
    """Raised by a host function to say: no value, and this is why. The call gives null and a warning."""


_BUDGET_ZH: Final = {'steps': '运算步数', 'levels': '嵌套层数', 'characters': '文本长度', 'elements': '结果元素个数'}

_WARNINGS: Final = {
    'no_variable': ('变量“{0}”不存在', 'Variable {0!r} does not exist'),
    'no_property': ('没有名为“{0}”的属性', 'There is no property {0!r}'),
    'no_function': ('函数“{0}”不存在', 'Function {0!r} does not exist'),
    'invalid_type': ('运算“{0}”不适用于这些值', 'Operator {0!r} does not apply to these values'),
    'invalid_arguments': ('函数“{0}”的参数不符合要求', 'Function {0!r} does not take these arguments'),
    'invalid_value': ('“{0}”不是有效的值', '{0!r} is not a valid value'),
    'no_result': ('运算“{0}”没有结果', 'Operation {0!r} has no result'),
    'no_clock': ('此处没有当前时间，“{0}”为空', 'There is no current time here, {0!r} is null'),
    'host_function': ('函数没有给出值：{0}', 'The function gave no value: {0}'),
}


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """Why a part of an expression became null. `position` is the 0-based offset in the source of that part."""

    code: str
    position: int
    subject: str

    @property
    def zh(self) -> str:
        """The sentence for the analyst, in Chinese."""
        return _WARNINGS[self.code][0].format(self.subject)

    @property
    def en(self) -> str:
        """The same sentence in English."""
        return _WARNINGS[self.code][1].format(self.subject)
