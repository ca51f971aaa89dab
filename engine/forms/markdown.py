"""Markdown of form texts as HTML that is safe to print: markdown-it-py reads CommonMark with tables, nh3 lets only the tags below through.

Raw HTML is shown as text, links go to http(s), mailto, tel or this site, images are named and not loaded. `class` and `style` never come
from the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_TEXT = 50_000
_MAX_LINE = 5_000
_SPECIAL = re.compile(r'([\\`*_{}\[\]()#+\-.!~|<>=&])')
_LINKED = re.compile(r'(?:https?://|mailto:|tel:|/(?!/)|#)', re.IGNORECASE)
_KEPT = 'p br strong em del code pre h3 h4 h5 h6 ul ol li blockquote hr table thead tbody tr th td a'
_ATTRIBUTES = {'a': {'href', 'rel'}, 'ol': {'start'}}
_SCHEMES = {'http', 'https', 'mailto', 'tel'}


def escape_value(text: str) -> str:
    """A value from data, so that Markdown in it is shown and not obeyed."""
    return _SPECIAL.sub(r'\\\1', text)


def to_html(text: str) -> str:
    """Markdown as safe HTML."""
    lines = text[:MAX_TEXT].replace('\r\n', '\n').split('\n')
    html = _reader().render('\n'.join(line[:_MAX_LINE] for line in lines))
    return nh3.clean(html, tags=set(_KEPT.split()), attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None).strip()


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt('commonmark', {'html': False, 'breaks': True, 'xhtmlOut': False})
    reader.enable(['table', 'strikethrough']).disable(['reference', 'entity'])
    reader.validateLink = lambda url: _LINKED.match(url) is not None  # type: ignore[method-assign]
    reader.core.ruler.push('page', _for_a_page)
    reader.add_render_rule('image', _named)
    reader.add_render_rule('s_open', lambda *_: '<del>')
    reader.add_render_rule('s_close', lambda *_: '</del>')
    return reader


def _for_a_page(state: Any) -> None:
    """Headings begin at h3, below those of the page; links to other sites tell them nothing."""
    for token in state.tokens:
        if token.type in ('heading_open', 'heading_close'):
            token.tag = f'h{min(int(token.tag[1]) + 2, 6)}'
        for inner in token.children or ():
            if inner.type == 'link_open' and str(inner.attrGet('href')).lower().startswith('http'):
                inner.attrSet('rel', 'noopener noreferrer nofollow')


def _named(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    return f'[{escape(tokens[place].content)}]'
