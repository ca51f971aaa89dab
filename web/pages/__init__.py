"""The pages: one blueprint a place, views of a few lines over the office's verbs and queries."""

from web.pages import (
    calendar,
    case,
    compare,
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
    migration,
    operation,
    profile,
    progress,
    receive,
    releases,
    staff,
    supervision,
    task,
    time_machine,
    trial,
)

BLUEPRINTS = tuple(
    module.pages
    for module in (
        login, desk, task, receive, case, deadlines, document, item, progress, definition, designer, designer_item, calendar, operation,
        supervision, marks, profile, time_machine, metrics, migration, releases, staff,
        compare, trial,
    )
)  # fmt: skip
