"""Every table of the software in one metadata: whoever migrates, empties or compares a database imports it from here."""

from __future__ import annotations

from engine.moving import rows as moving
from engine.tables import metadata
from tasks import tables as office
from tasks.calendars import tables as calendars
from tasks.catalogue.releases import tables as releases
from tasks.clock import tables as clock
from tasks.demo import moved_clock as demo
from tasks.evidence import tables as anchors
from tasks.marks import tables as marks
from tasks.migration import tables as migration
from tasks.operations import tables as operations
from tasks.people import tables as people
from tasks.workshop import tables as workshop
from tasks.workshop.trial import tables as trial

HOMES = (moving, office, calendars, clock, releases, demo, anchors, marks, migration, operations, people, workshop, trial)
"""The modules that hold tables, besides `engine.tables`."""

__all__ = ['HOMES', 'metadata']
