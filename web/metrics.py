"""The clockwork's pulse in Prometheus' text format, read from the database when it is asked for: any web process tells of all workers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine import Pulse, pulse
from tasks.operations.health import Expected, Health, health
from web.root import Root


def exposition(root: Root, expected: Expected) -> bytes:
    """Everything as Prometheus reads it. No label names a person, a case or an applicant."""
    now = root.clock()
    with root.engine.reading() as connection:
        found, well = pulse(connection, now), health(connection, expected, now)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(found))
    registry.register(_Well(well, now))
    return generate_latest(registry)


class _Told(Collector):
    """One pulse as metrics."""

    def __init__(self, found: Pulse) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        found = self._found
        ticked = GaugeMetricFamily('yizhan_worker_last_tick_timestamp_seconds', 'When the worker last ticked', labels=['worker'])
        fired = GaugeMetricFamily('yizhan_worker_last_tick_fired', 'Timers the last tick of the worker fired', labels=['worker'])
        late = GaugeMetricFamily('yizhan_worker_last_tick_lag_seconds', 'How late the oldest timer of the last tick was', labels=['worker'])
        for one in found.workers:
            ticked.add_metric([one.worker], one.ticked_at.timestamp())
            fired.add_metric([one.worker], one.fired)
            late.add_metric([one.worker], one.lag_seconds)
        yield from (ticked, fired, late)
        yield GaugeMetricFamily('yizhan_timers_due', 'Timers that are due and have not fired', value=found.due_timers)
        yield GaugeMetricFamily('yizhan_timer_lag_seconds', 'How long the oldest due timer has been waiting', value=found.lag_seconds)
        yield GaugeMetricFamily('yizhan_clocks_overdue', 'Limits that ran out and no worker has recorded', value=found.overdue_clocks)
        for name, said, label, counts in (
            ('yizhan_timers', 'Timers by state (armed, stopped, dead)', 'state', found.timers),
            ('yizhan_incidents_open', 'Open incidents by kind', 'kind', found.incidents),
            ('yizhan_outbox', 'Outbox messages by state (waiting, dead)', 'state', found.outbox),
        ):
            family = GaugeMetricFamily(name, said, labels=[label])
            for value, count in sorted(counts.items()):
                family.add_metric([value], count)
            yield family
        yield CounterMetricFamily('yizhan_user_task_completions', 'User tasks completed', value=found.completions)


class _Well(Collector):
    """The hall's health as metrics. An age that nobody knows is not told."""

    def __init__(self, found: Health, now: datetime) -> None:
        self._found, self._now = found, now

    def collect(self) -> Iterator[Metric]:
        found = self._found
        yield GaugeMetricFamily('yizhan_disk_free_bytes', 'Free space of the disk of YIZHAN_HOME', value=found.disk_free)
        yield GaugeMetricFamily('yizhan_disk_bytes', 'Size of that disk', value=found.disk_total)
        yield GaugeMetricFamily(
            'yizhan_database_seconds', 'How long the database took for one small question', value=found.database_ms / 1000
        )
        yield GaugeMetricFamily('yizhan_database_bytes', 'Size of the database', value=found.database_bytes)
        yield GaugeMetricFamily('yizhan_clock_doubted', 'Machines whose clock cannot be believed', value=len(found.doubts))
        yield GaugeMetricFamily('yizhan_restores', 'How often this hall was restored from a backup', value=len(found.restores))
        for name, what, at in (('backup', 'backup', found.backup_at), ('anchor', 'anchor of the evidence', found.anchored_at)):
            if at is not None:
                yield GaugeMetricFamily(f'yizhan_{name}_timestamp_seconds', f'When the last {what} was made', value=at.timestamp())
        wrong = GaugeMetricFamily('yizhan_trouble', 'What is wrong, by what it is about', labels=['about'])
        for about in sorted(found.troubles):
            wrong.add_metric([about], 1)
        yield wrong
