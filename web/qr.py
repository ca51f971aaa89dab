"""QR codes on pages: drawn as SVG without a style attribute, for the content security policy allows none."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_of(text: str) -> Markup:
    """A QR code of a text."""
    made = segno.make(text, error='m', micro=False).svg_inline(scale=3, svgclass=None, lineclass=None)
    return Markup(made)  # noqa: S704  drawn by segno: paths and numbers only
