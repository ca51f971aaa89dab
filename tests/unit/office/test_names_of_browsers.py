"""What the list of sessions calls a browser; the line it sends is for machines."""

from __future__ import annotations

import pytest

from engine.words import in_english
from web.browsers import browser_name

KIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'
LINES = {
    f'Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0': 'Edge · Windows',
    'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0': 'Firefox · Linux',
    f'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Version/18.1 Safari/605.1.15': 'Safari · macOS',
    'Mozilla/5.0 (Linux; Android 14) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0': '微信 · Android',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1': 'Safari · iPhone',
    f'Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/108.0.5359.95 Safari/537.36 QIHU 360SE': '360 浏览器 · Windows',
    f'Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/72.0.3607.0 Safari/537.36': 'Chrome · Windows',
    'curl/8.5.0': '未知浏览器',
    '': '未知浏览器',
}


@pytest.mark.parametrize('line', LINES)
def test_a_browser_is_called_by_name_and_system(line: str) -> None:
    assert browser_name(line) == LINES[line]
    assert in_english(browser_name(line)).isascii() or '·' in in_english(browser_name(line))
