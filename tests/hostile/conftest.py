"""The hall and its visitors as the pages' tests have them."""

from tests.pages.conftest import app, office, visitor, zipped  # noqa: F401  fixtures
