"""The pages: one blueprint a place, views of a few lines over the office's verbs and queries."""

from web.pages import case, definition, designer, desk, document, item, login, operation, profile, receive, supervision, task

BLUEPRINTS = tuple(
    module.pages for module in (login, desk, task, receive, case, document, item, definition, designer, operation, supervision, profile)
)
