"""What the storm test kills: a worker that stops for ever while it fires its n-th timer, the case locked and nothing committed."""

from __future__ import annotations

import sys
import threading
from datetime import datetime

from engine import Engine, FixedClock


def main(url: str, now: str, number: int) -> None:
    """Fire what is due; on the n-th firing say so and wait for the end."""
    seen = []

    def hold(_tx, events) -> None:
        for event in events:
            if event.event != 'timer.fired':
                continue
            seen.append(event.business_key)
            if len(seen) == number:
                print('holding', event.business_key, flush=True)
                threading.Event().wait()

    engine = Engine(url, clock=FixedClock(datetime.fromisoformat(now)), listeners=[hold])
    engine.tick()
    print('done', flush=True)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
