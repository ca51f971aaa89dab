"""Tokens into a syntax tree: the grammar of DMN 1.3, 10.3.1.2, by precedence climbing."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from engine.feel.cursor import JUEL_WORDS, KEYWORDS, Cursor
from engine.feel.errors import FeelSyntaxError
from engine.feel.juel import METHODS, OBJECTS, VARIABLE_METHODS
from engine.feel.lexer import Lexeme, tokenize
from engine.feel.syntax import (
    Arithmetic,
    AtLiteral,
    Between,
    Binding,
    Call,
    Comparison,
    ContextLiteral,
    Empty,
    Filter,
    For,
    FunctionLiteral,
    If,
    In,
    InstanceOf,
    Interval,
    Junction,
    ListLiteral,
    Literal,
    MethodCall,
    Name,
    Negation,
    Path,
    Quantified,
    SyntaxNode,
    UnaryComparison,
    Variable,
)
from engine.feel.values import DECIMAL, number_of

_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER = range(1, 7)
_BINARY: Final = {
    '=': _COMPARE,
    '!=': _COMPARE,
    '<': _COMPARE,
    '<=': _COMPARE,
    '>': _COMPARE,
    '>=': _COMPARE,
    '==': _COMPARE,
    '+': _ADD,
    '-': _ADD,
    '*': _MULTIPLY,
    '/': _MULTIPLY,
    '%': _MULTIPLY,
    '**': _POWER,
    '^': _POWER,
    '||': _OR,
    '&&': _AND,
}
_WORDS: Final = {'or': _OR, 'and': _AND, 'between': _COMPARE, 'in': _COMPARE}
_SPELLING: Final = {'==': '=', '^': '**'}
_COMPARISONS: Final = ('=', '!=', '<', '<=', '>', '>=')
_CONSTANTS: Final = {'true': True, 'false': False, 'null': None}


class Parser(Cursor):
    """One method per construct; each takes its tokens and gives its node."""

    def expression(self) -> SyntaxNode:
        """Take a whole expression."""
        self.deeper()
        node = self.binary(_OR)
        if self.lenient and self.accept_op('?'):
            position, yes = node.position, self.expression()
            self.expect_op(':')
            node = If(position, node, yes, self.expression(), self.juel)
        self.depth -= 1
        return node

    def binary(self, lowest: int) -> SyntaxNode:
        """Take operands joined by operators that bind at least as strongly as `lowest`."""
        left = self.unary()
        while True:
            operator, level = self._operator()
            if level < lowest:
                return left
            if level in {_OR, _AND}:
                left = self._junction(left, level)
            elif level == _COMPARE:
                left = self._comparison(left, operator)
            else:
                left = self._arithmetic(left, level)

    def _operator(self) -> tuple[str, int]:
        token = self.token
        if token.kind == 'op':
            return token.value, _BINARY.get(token.value, 0)
        if token.kind == 'word':
            if self.lenient and token.value in JUEL_WORDS:
                return JUEL_WORDS[token.value], _BINARY[JUEL_WORDS[token.value]]
            return token.value, _WORDS.get(token.value, 0)
        return '', 0

    def _junction(self, left: SyntaxNode, level: int) -> SyntaxNode:
        operands = [left]
        while self._operator()[1] == level:
            self.index += 1
            operands.append(self.binary(level + 1))
        return Junction(left.position, level == _AND, tuple(operands), self.juel)

    def _arithmetic(self, left: SyntaxNode, level: int) -> SyntaxNode:
        operators: list[str] = []
        operands: list[SyntaxNode] = []
        position = self.token.start
        while True:
            operator, found = self._operator()
            if found != level:
                return Arithmetic(position, left, tuple(operators), tuple(operands), self.juel)
            self.index += 1
            operators.append(_SPELLING.get(operator, operator))
            operands.append(self.binary(level + 1))

    def _comparison(self, left: SyntaxNode, operator: str) -> SyntaxNode:
        position = self.token.start
        self.index += 1
        if operator == 'between':
            low = self.binary(_ADD)
            self.expect_word('and')
            return Between(position, left, low, self.binary(_ADD))
        if operator == 'in':
            return In(position, left, self._in_tests())
        return Comparison(position, _SPELLING.get(operator, operator), left, self.binary(_ADD), self.juel)

    def _in_tests(self) -> tuple[SyntaxNode, ...]:
        if self.at_op('('):
            start, position = self.index, self.token.start
            self.index += 1
            first = self.expression()
            if self.accept_op('..'):
                return (self._interval(position, False, first),)
            self.index = start + 1
            return self.comma_list(self.expression, ')')
        return (self.binary(_ADD),)

    def unary(self) -> SyntaxNode:
        """Take one operand with the signs before it and ``instance of`` behind it."""
        token = self.token
        if token.kind == 'op' and token.value in {'-', '!', '+'}:
            return self._signed(token.value)
        if token.kind == 'op' and token.value in _COMPARISONS:
            self.index += 1
            self.deeper()
            operand = self.binary(_ADD)
            self.depth -= 1
            return UnaryComparison(token.start, token.value, operand)
        if self.lenient and token.kind == 'word' and token.value in {'not', 'empty'} and self._operand_follows():
            self.index += 1
            self.deeper()
            operand = self.unary()
            self.depth -= 1
            return self._not(token.start, operand) if token.value == 'not' else Empty(token.start, operand)
        return self._typed(self.postfix(self.primary()))

    def _signed(self, sign: str) -> SyntaxNode:
        position = self.token.start
        if sign == '!' and not self.lenient:
            self.fail('an expression', '表达式')
        self.index += 1
        self.deeper()
        operand = self.unary()
        self.depth -= 1
        if sign == '!':
            return self._not(position, operand)
        if sign == '+':
            return Negation(position, Negation(position, operand))
        if isinstance(operand, Literal) and isinstance(operand.value, Decimal):
            return Literal(position, DECIMAL.minus(operand.value))
        return Negation(position, operand)

    def _not(self, position: int, operand: SyntaxNode) -> SyntaxNode:
        return Call(position, Name(position, 'not'), (operand,), juel=self.juel)

    def _operand_follows(self) -> bool:
        after = self.peek()
        if after.kind == 'op':
            return after.value in {'(', '[', '{', '!', '"', '?'} and not (after.value == '(' and self.token.value == 'not')
        return after.kind in {'string', 'number', 'name'} or (
            after.kind == 'word' and after.value not in JUEL_WORDS and (after.value not in KEYWORDS or after.value in _CONSTANTS)
        )

    def _typed(self, node: SyntaxNode) -> SyntaxNode:
        while self.at_word('instance') and self.peek().value == 'of':
            position = self.token.start
            self.index += 2
            node = InstanceOf(position, node, self.type_ref())
        return node

    def postfix(self, node: SyntaxNode) -> SyntaxNode:
        """Take what follows an operand: ``.name``, ``[filter]``, ``(arguments)``."""
        taken = 0
        while self.at_op('.', '[', '('):
            position = self.token.start
            if self.at_op('[') and self.in_endpoint and not self._operand_at(self.peek()):
                break
            self.deeper()
            taken += 1
            operator = self.token.value
            self.index += 1
            if operator == '.':
                node = Path(position, node, self._key())
            elif operator == '[':
                node = self._filter(position, node)
            else:
                node = self._call(position, node)
        self.depth -= taken
        return node

    in_endpoint = False

    def _operand_at(self, token: Lexeme) -> bool:
        if token.kind == 'op':
            return token.value in {'(', '[', '{', '-', '@', '?', '<', '>', '<=', '>=', '=', '!='}
        return token.kind in {'string', 'number', 'name'} or (
            token.kind == 'word' and token.value not in {'and', 'or', 'then', 'else', 'in', 'return', 'satisfies', 'between'}
        )

    def _key(self) -> str:
        if self.token.kind == 'word' and self.token.value in KEYWORDS:
            self.index += 1
            return self.tokens[self.index - 1].value
        return self.name(stop=('instance',))

    def _filter(self, position: int, target: SyntaxNode) -> SyntaxNode:
        if self.lenient and not self.juel and self.token.value == '0' and self.peek().value == ']':
            raise FeelSyntaxError(
                self.source,
                self.token.start,
                expected='an index from 1',
                found='0',
                zh='列表序号从 1 开始，[0] 永远为空',
                en='Expected an index from 1, but found 0: lists count from 1',
            )
        outer, self.in_endpoint = self.in_endpoint, False
        predicate = self.expression()
        self.in_endpoint = outer
        self.expect_op(']')
        return Filter(position, target, predicate, self.lenient, self.juel)

    def _call(self, position: int, target: SyntaxNode) -> SyntaxNode:
        names: list[str] = []

        def argument() -> SyntaxNode:
            if bool(names) or self._named():
                names.append(self.name())
                self.expect_op(':')
            return self.expression()

        arguments = self.comma_list(argument, ')')
        if self.juel and isinstance(target, Path) and not names:
            return self._method(position, target, arguments)
        return Call(position, target, arguments, tuple(names) if names else None, self.juel)

    def _method(self, position: int, target: Path, arguments: tuple[SyntaxNode, ...]) -> SyntaxNode:
        """A method of JUEL; one that does not exist stays a call, which the check refuses by its name (`Names.functions`)."""
        owner = target.target
        if isinstance(owner, Name) and owner.name in OBJECTS and target.key in VARIABLE_METHODS and len(arguments) == 1:
            asked, key = VARIABLE_METHODS[target.key], arguments[0]
            if isinstance(key, Literal) and isinstance(key.value, str) and not asked:
                return Name(position, key.value)
            return Variable(position, key, asked)
        method = METHODS.get(target.key)
        if method is None or not method.least <= len(arguments) <= method.most:
            return Call(position, target, arguments)
        return MethodCall(position, owner, target.key, arguments)

    def _named(self) -> bool:
        index = self.index
        while self.tokens[index].kind == 'word':
            index += 1
        return index > self.index and self.tokens[index].kind == 'op' and self.tokens[index].value == ':'

    def comma_list(self, item: Callable[[], SyntaxNode], closing: str) -> tuple[SyntaxNode, ...]:
        """Take items up to and with the closing bracket; none is fine."""
        outer, self.in_endpoint = self.in_endpoint, False
        items: list[SyntaxNode] = []
        while not self.at_op(closing):
            if items:
                self.expect_op(',')
            items.append(item())
        self.index += 1
        self.in_endpoint = outer
        return tuple(items)

    def primary(self) -> SyntaxNode:
        """Take one operand."""
        token = self.token
        if token.kind == 'number':
            number = _number(self, token.value)
            self.index += 1
            return Literal(token.start, number)
        if token.kind == 'string':
            self.index += 1
            return Literal(token.start, token.value)
        if token.kind == 'op':
            return self._bracketed(token.value, token.start)
        if self.at_name():
            return Name(token.start, self.name())
        if token.kind == 'word' and token.value in _CONSTANTS:
            self.index += 1
            return Literal(token.start, _CONSTANTS[token.value])
        return self._keyword(token.value, token.start)

    def _bracketed(self, value: str, start: int) -> SyntaxNode:
        if value == '?':
            self.index += 1
            return Name(start, '?')
        if value == '@' and self.peek().kind == 'string':
            self.index += 2
            return AtLiteral(start, self.tokens[self.index - 1].value)
        if value == '{':
            self.index += 1
            return self._context(start)
        if value not in {'(', '[', ']'}:
            self.fail('an expression', '表达式')
        self.index += 1
        if value == '[' and self.accept_op(']'):
            return ListLiteral(start, ())
        outer, self.in_endpoint = self.in_endpoint, False
        first = self.expression()
        self.in_endpoint = outer
        if self.accept_op('..'):
            return self._interval(start, value == '[', first)
        if value == '(':
            self.expect_op(')')
            return first
        if value == ']':
            self.fail('..')
        if self.at_op(']'):
            self.index += 1
            return ListLiteral(start, (first,))
        self.expect_op(',')
        return ListLiteral(start, (first, *self.comma_list(self.expression, ']')))

    def _interval(self, start: int, included: bool, low: SyntaxNode) -> SyntaxNode:
        outer, self.in_endpoint = self.in_endpoint, True
        high = self.expression()
        self.in_endpoint = outer
        if not self.at_op(')', ']', '['):
            self.fail(']')
        self.index += 1
        return Interval(start, low, high, included, self.tokens[self.index - 1].value == ']')

    def _context(self, start: int) -> SyntaxNode:
        keys: list[str] = []

        def entry() -> SyntaxNode:
            keys.append(self._entry_key())
            self.expect_op(':')
            return self.expression()

        values = self.comma_list(entry, '}')
        return ContextLiteral(start, tuple(keys), values)

    def _entry_key(self) -> str:
        token = self.token
        if token.kind in {'string', 'name'}:
            self.index += 1
            return token.value
        first = self.index
        while (
            self.token.kind == 'word'
            or (self.index > first and self.token.kind == 'number')
            or self.at_op('+', '-', '*', '**', '/', '.', "'")
        ):
            self.index += 1
        if self.index == first:
            self.fail('a key', '键名')
        return ' '.join(self.source[token.start : self.tokens[self.index - 1].end].split())

    def _keyword(self, word: str, start: int) -> SyntaxNode:
        if word not in {'if', 'for', 'some', 'every', 'function'} or self.token.kind != 'word':
            self.fail('an expression', '表达式')
        self.index += 1
        if word == 'if':
            return self._if(start)
        if word == 'function':
            return self._function(start)
        bindings = self._bindings()
        self.expect_word('return' if word == 'for' else 'satisfies')
        body = self.expression()
        return For(start, bindings, body) if word == 'for' else Quantified(start, word == 'every', bindings, body)

    def _if(self, start: int) -> SyntaxNode:
        condition = self.expression()
        self.expect_word('then')
        yes = self.expression()
        self.expect_word('else')
        return If(start, condition, yes, self.expression())

    def _bindings(self) -> tuple[Binding, ...]:
        bindings: list[Binding] = []
        while True:
            position, name = self.token.start, self.name()
            self.expect_word('in')
            source = self.expression()
            end = self.expression() if self.accept_op('..') else None
            bindings.append(Binding(position, name, source, end))
            if not self.accept_op(','):
                return tuple(bindings)

    def _function(self, start: int) -> SyntaxNode:
        parameters: list[str] = []
        self.expect_op('(')
        while not self.accept_op(')'):
            if parameters:
                self.expect_op(',')
            parameters.append(self.name())
            if self.accept_op(':'):
                self.type_ref()
        if self.at_word('external'):
            self.fail('a FEEL function body', '函数体（不支持外部函数）')
        return FunctionLiteral(start, tuple(parameters), self.expression())

    def unary_tests(self) -> tuple[bool, tuple[SyntaxNode, ...]]:
        """Take the unary tests of a decision table cell: are they negated, and the tests (none for ``-``)."""
        if self.at_op('-') and self.peek().kind == 'end':
            self.index += 1
            return False, ()
        negated = self.at_word('not') and self.peek().value == '(' and self._closes_last()
        if negated:
            self.index += 2
            tests = self.comma_list(self.expression, ')')
        else:
            tests = (self.expression(),)
            while self.accept_op(','):
                tests += (self.expression(),)
        self.expect_end()
        if not tests:
            self.fail('a test', '条件')
        return negated, tests

    def _closes_last(self) -> bool:
        depth = 0
        for index in range(self.index + 1, len(self.tokens) - 1):
            token = self.tokens[index]
            if token.kind == 'op' and token.value in {'(', ')'}:
                depth += 1 if token.value == '(' else -1
                if depth == 0:
                    return index == len(self.tokens) - 2
        return True


def _number(cursor: Cursor, text: str) -> Decimal:
    number = number_of(text)
    if number is None:
        cursor.fail('a number below 1E+6145', '小于 1E+6145 的数')
    return number


def parse_expression(source: str, names: Iterable[str] = (), *, lenient: bool = False, juel: bool = False) -> SyntaxNode:
    """The tree of one expression. Raises FeelSyntaxError."""
    parser = Parser(source, tokenize(source, lenient=lenient or juel), names, lenient=lenient, juel=juel)
    node = parser.expression()
    parser.expect_end()
    return node


def parse_unary_tests(source: str, names: Iterable[str] = ()) -> tuple[bool, tuple[SyntaxNode, ...]]:
    """The trees of the unary tests in `source`, and whether they are negated as a whole. Raises FeelSyntaxError."""
    return Parser(source, tokenize(source), names).unary_tests()
