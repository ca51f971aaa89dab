"""The clockwork's pulse in Prometheus' text format, read from the database when it is asked for: any web process tells of all workers."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine import Pulse, pulse
from web.root import Root


def exposition(root: Root) -> bytes:
    """Everything as Prometheus reads it. No label names a person, a case or an applicant."""
    now = root.clock()
    with root.engine.reading() as connection:
        found = pulse(connection, now)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(found))
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
