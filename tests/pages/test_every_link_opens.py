"""O-05: nothing is shown that will be refused. Every page of every role is opened, every link followed, every form's address allowed."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urldefrag, urlsplit

import pytest
from lxml import html
from werkzeug.exceptions import HTTPException

from tasks.people.roster import clerk_of

ALIKE = 4  # pages of one kind a role opens: its own cases are four
WHO = ('chuangkou', 'shencha', 'jueding', 'chujian', 'quanshu', 'liucheng', 'guanli', 'renshi', 'shenji', 'jiancha')


@pytest.mark.parametrize('username', WHO)
def test_a_role_is_shown_no_link_and_no_button_that_is_refused(visitor, cases, app, username: str) -> None:
    """O-05: as every role, from the first page on, whatever is linked opens and whatever may be pressed is allowed.

    O-40: on the way, every head of every table says whether it is of a column or of a row.
    """
    person = visitor(username)
    roles = _roles(app, username)
    nobodys = ({'analyst'}, {'account_administrator'})  # may know of no case
    begun = [] if set(roles) in nobodys else [f'/cases/{number}' for number in cases]
    waiting, seen, refused, unscoped = ['/', *begun], Counter(), [], set()
    known = set(waiting)
    while waiting:
        path = waiting.pop()
        with person.client.get(path, follow_redirects=True) as answer:
            if answer.status_code != 200:
                refused.append((path, answer.status_code))
            text = answer.get_data(as_text=True) if answer.mimetype == 'text/html' else ''
            links, forms = _offered(text) if text else ((), ())
            if re.search(r'<th(?![^>]*\bscope=)[\s>]', text):
                unscoped.add(path)
        refused += [(path, f'POST {action}') for action in forms if not _may_post(app, action, roles)]
        for link in links:
            if link not in known and seen[_endpoint(app, link)] < ALIKE:
                seen[_endpoint(app, link)] += 1
                known.add(link)
                waiting.append(link)
    assert not refused
    assert not unscoped


def _offered(text: str) -> tuple[list[str], list[str]]:
    """The addresses of a page's links, and those its buttons send to."""
    tree = html.fromstring(text)
    links = [urldefrag(str(link))[0] for link in tree.xpath('//a[starts-with(@href, "/")]/@href')]
    posts = [str(form.get('action') or '') for form in tree.forms if (form.get('method') or '').lower() == 'post']
    return links, [*posts, *map(str, tree.xpath('//button/@formaction'))]


def _endpoint(app, link: str) -> str:
    try:
        return str(app.url_map.bind('localhost').match(urlsplit(link).path, method='GET')[0])
    except HTTPException:
        return link


def _may_post(app, action: str, roles: set[str]) -> bool:
    try:
        endpoint, _ = app.url_map.bind('localhost').match(urlsplit(action).path, method='POST')
    except HTTPException:
        return not action
    allowed = getattr(app.view_functions[endpoint], 'roles', ())
    return not allowed or bool(roles & set(allowed))


def _roles(app, username: str) -> set[str]:
    with app.extensions['yizhan'].engine.reading() as conn:
        return set(clerk_of(conn, username).roles)


def test_the_supervisor_reads_the_act_of_a_persons_case_masked_and_each_reading_is_logged(visitor, cases, office) -> None:
    """O-05: whoever supervises reads every document of a case; what identifies a person is masked. The log has each page once a day."""
    supervisor, receiver = visitor('jiancha'), visitor('chuangkou')
    links = supervisor.get(f'/cases/{cases[0]}').tree.xpath('//a[contains(@href, "/documents/")]/@href')
    assert len(links) == 2  # receipt and acceptance
    for link in links:
        plain, masked = receiver.get(link).text, supervisor.get(link).text
        assert '张三丰' in plain
        for secret in ('张三丰', '11010519491231002X', '13800000001', '一路2号'):
            assert secret not in masked
        supervisor.get(link)
    lines = [row.text_content() for row in supervisor.get('/operation/log').tree.xpath('//tr[@data-row]')]
    assert sum('韩正平查看个人信息' in line and cases[0] in line for line in lines) == 3, 'the case page and two documents'


def test_who_has_nothing_to_do_with_a_persons_case_sees_titles_and_no_links(visitor, cases) -> None:
    """O-05: administrators and clerks of other windows see that a document exists and are not led to a refusal."""
    for username in ('guanli', 'quanshu'):
        page = visitor(username).get(f'/cases/{cases[0]}')
        assert '受理通知书' in page.words
        assert not page.tree.xpath('//a[contains(@href, "/documents/")]')
