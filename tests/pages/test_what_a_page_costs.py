"""What a page must not do again and again: look its language up, draw the same picture (P-06, P-09). Counts, no times."""

from __future__ import annotations

import pytest

from web import drawings, languages


@pytest.fixture
def case_no(visitor) -> str:
    return visitor('chuangkou').receive()


def test_the_catalogue_is_bound_once_per_request(visitor, case_no, monkeypatch) -> None:
    """P-09: a page of some hundred strings asks for its language's catalogue once."""
    clerk = visitor('chuangkou')
    asked: list[int] = []
    real = languages._OncePerRequest.look_up
    monkeypatch.setattr(languages._OncePerRequest, 'look_up', lambda self: asked.append(1) or real(self))
    for path in (f'/cases/{case_no}', '/desk', '/items'):
        asked.clear()
        clerk.get(path)
        assert len(asked) == 1


def test_the_language_of_one_request_is_not_that_of_another(visitor) -> None:
    """P-09: what is bound is bound to the request, not to the process."""
    english, chinese = visitor(), visitor()
    english.post('/language', {'language': 'en', 'next': '/items'})
    assert 'Approval items' in english.get('/items').words
    assert '事项目录' in chinese.get('/items').words
    assert '事项目录' not in english.get('/items').words


def test_a_picture_is_drawn_once_for_what_it_shows(visitor, case_no, monkeypatch) -> None:
    """P-06: the same diagram with the token on the same step is drawn once; a step further it is another picture."""
    clerk = visitor('chuangkou')
    drawn: list[int] = []
    monkeypatch.setattr(drawings, 'draw', lambda *args, real=drawings.draw, **places: drawn.append(1) or real(*args, **places))
    drawings._DRAWN.clear()
    first, again = (clerk.get(f'/cases/{case_no}').tree.xpath('//svg')[0] for _ in range(2))
    assert len(drawn) == 1
    assert first.text_content() == again.text_content()
    clerk.act(f'/cases/{case_no}/withdraw', {'reason': '不办了'})
    clerk.get(f'/cases/{case_no}')
    assert len(drawn) == 2
