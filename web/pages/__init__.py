"""The pages: one blueprint a place, views of a few lines over the office's verbs and queries."""

from web.pages import (
    calendar,
    case,
    deadlines,
    definition,
    designer,
    designer_item,
    desk,
    document,
    item,
    login,
    marks,
    metrics,
    operation,
    profile,
    progress,
    receive,
    supervision,
    task,
    time_machine,
)

BLUEPRINTS = tuple(
    module.pages
    for module in (
        login, desk, task, receive, case, deadlines, document, item, progress, definition, designer, designer_item, calendar, operation,
        supervision, marks, profile, time_machine, metrics,
    )
)  # fmt: skip
