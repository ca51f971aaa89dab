"""JavaScript regular expressions of the form editor: same matches for what analysts write, and no text that takes for ever."""

from __future__ import annotations

import re
from functools import lru_cache

from engine.feel.patterns import PatternError
from engine.feel.regex import Regex, compile_regex

EMAIL = re.compile(
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r'(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\Z'
)
_COUNTRIES = (
    '297|93|244|1264|358|355|376|971|54|374|1684|1268|61|43|994|257|32|229|226|880|359|973|1242|387|590|375|501|1441|591|55|1246|'
    '673|975|267|236|1|61|41|56|86|225|237|243|242|682|57|269|238|506|53|5999|61|1345|357|420|49|253|1767|45|1809|1829|1849|213|'
    '593|20|291|212|34|372|251|358|679|500|33|298|691|241|44|995|44|233|350|224|590|220|245|240|30|1473|299|502|594|1671|592|852|'
    '504|385|509|36|62|44|91|246|353|98|964|354|972|39|1876|44|962|81|76|77|254|996|855|686|1869|82|383|965|856|961|231|218|1758|'
    '423|94|266|370|352|371|853|590|212|377|373|261|960|52|692|389|223|356|95|382|976|1670|258|222|1664|596|230|265|60|262|264|'
    '687|227|672|234|505|683|31|47|977|674|64|968|92|507|64|51|63|680|675|48|1787|1939|850|351|595|970|689|974|262|40|7|250|966|'
    '249|221|65|500|4779|677|232|503|378|252|508|381|211|239|597|421|386|46|268|1721|248|963|1649|235|228|66|992|690|993|670|676|'
    '1868|216|90|688|886|255|256|380|598|1|998|3906698|379|1784|58|1284|1340|84|678|681|685|967|27|260|263'
)
_NATIONAL = (
    r'9[976]\d|8[987530]\d|6[987]\d|5[90]\d|42\d|3[875]\d|2[98654321]\d|9[8543210]|8[6421]|6[6543210]|5[87654321]|'
    r'4[987654310]|3[9643210]|2[70]|7|1'
)
PHONE = re.compile(rf'(\+|00)({_COUNTRIES})({_NATIONAL})\d{{4,20}}\Z', re.ASCII)


_TOKEN = re.compile(r'\\k<\w+>|\\.|\[\^?\]|\[\^?(?:\\.|[^\]\\])*\]|\(\?<(?![=!])|\$|.', re.DOTALL)
_FIXED = {'[^]': r'[\s\S]', '[]': r'(?!)', '(?<': '(?P<', '$': r'\Z', r'\A': 'A', r'\Z': 'Z', r'\z': 'z'}
_MAX_STEPS = 2_000_000
_MAX_BACKTRACKED = 1_000


class _TooLong(Exception):
    """The budget for one test is used up."""


class Pattern:
    """A compiled pattern. Whatever can be matched in linear time is; look-around and back references go to Python's `re`."""

    def __init__(self, pattern: str) -> None:
        self._linear: Regex | None = None
        self._backtracking: re.Pattern[str] | None = None
        try:
            self._linear = compile_regex(pattern, '')
        except PatternError:
            self._backtracking = re.compile(''.join(_translated(token[0]) for token in _TOKEN.finditer(pattern)), re.ASCII)

    @property
    def backtracks(self) -> bool:
        return self._backtracking is not None

    def found_in(self, text: str) -> bool:
        """Whether the pattern is found somewhere in the text; a text too long to be tested is taken as not matching."""
        if self._backtracking is not None:
            return len(text) <= _MAX_BACKTRACKED and self._backtracking.search(text) is not None
        left = _MAX_STEPS

        def charge(steps: int) -> None:
            nonlocal left
            left -= steps
            if left < 0:
                raise _TooLong

        try:
            return self._linear is not None and self._linear.search(text, 0, charge) is not None
        except _TooLong:
            return False


@lru_cache(maxsize=1024)
def javascript(pattern: str) -> Pattern:
    """The pattern as JavaScript reads it without flags; raises `re.error` when it cannot be read.

    `$` ends the text and not the line, `(?<name>` names a group, `[^]` is any character, `\\d` and `\\w` are ASCII.
    """
    return Pattern(pattern)


def _translated(token: str) -> str:
    if token in _FIXED:
        return _FIXED[token]
    if token.startswith(r'\k<'):
        return f'(?P={token[3:-1]})'
    if token.startswith('[') and len(token) > 1:
        head = '[^' if token.startswith('[^') else '['
        body = token[len(head) : -1]
        return head + re.sub(r'\\.|[\[&~|]', lambda found: found[0] if len(found[0]) > 1 else '\\' + found[0], body) + ']'
    return token


def risky(pattern: str) -> bool:
    """Whether a repeated group holds another unbounded repetition, so that some texts may take very long to test."""
    stack, place, in_class, closed = [False], 0, False, False
    while place < len(pattern):
        char = pattern[place]
        unbounded = not in_class and (char in '*+' or re.match(r'\{\d+,\}', pattern[place:]) is not None)
        if unbounded and closed:
            return True
        if unbounded:
            stack[-1] = True
        closed = False
        if char == '\\':
            place += 1
        elif in_class or char == '[':
            in_class = char != ']'
        elif char == '(':
            stack.append(False)
        elif char == ')' and len(stack) > 1:
            inner = stack.pop()
            stack[-1], closed = stack[-1] or inner, inner
        place += 1
    return False
