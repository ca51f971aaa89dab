"""`make bench`: w1, w3, the storm and the office on the database of YIZHAN_BENCH_DATABASE_URL, else on a PostgreSQL of its own; then the
pages of halls of YIZHAN_BENCH_CASES cases (1000,100000), each in a PostgreSQL of its own, with the plans of slow queries."""

import os
import subprocess
import sys
import tempfile
from unittest.mock import patch

from tests.bench.harness import HERE, database
from tests.bench.office import office
from tests.bench.pages import pages
from tests.bench.storm import sentence, storm
from tests.bench.w1 import share_of_evidence, w1
from tests.bench.w3 import w3


def main() -> None:
    """Print what was measured; nothing here judges."""
    url = os.environ.get('YIZHAN_BENCH_DATABASE_URL')
    found = w1(url, tell=print)
    for row in found['results']:
        pace = f'ours {row["ours_per_second"]:.0f}/s, bare SpiffWorkflow {row["bare_per_second"]:.0f}/s'
        print(f'w1  {row["processes"]} process(es): {pace}, ratio {row["ratio"]:.2f}')
    print(f'w1  {100 * share_of_evidence(url):.1f} % of the time of a completion is evidence')
    row = w3(url)
    print(f'w3  first ten {row["first_ten_ms"]:.2f} ms, last ten {row["last_ten_ms"]:.2f} ms a completion, ratio {row["ratio"]:.2f}')
    for row in storm(url)['results']:
        print(f'storm  {sentence(row)}')
    for act, cost in office(url).items():
        if act != 'steps':
            print(
                f'office  {act}: at most {cost["statements"]} statements; {cost["ms"]:.1f} ms, {cost["cpu_ms"]:.1f} ms of CPU of the client'
            )
    sizes = [int(size) for size in os.environ.get('YIZHAN_BENCH_CASES', '1000,100000').split(',')]
    halls = [_pages(size) for size in sizes]
    for page, cost in halls[-1].items():
        times = ', '.join(f'{hall[page]["ms"]:.1f} ms at {size} cases' for hall, size in zip(halls, sizes, strict=True))
        print(f'pages  {page}: {cost["statements"]} statements; {times}; ratio {cost["ms"] / halls[0][page]["ms"]:.2f}')


def _pages(cases: int) -> dict[str, dict[str, float]]:
    """Fill a hall and measure its pages; the plans of slow queries are printed."""
    home = tempfile.TemporaryDirectory()
    with database(None) as where, home, patch.dict(os.environ, YIZHAN_HOME=home.name):  # whose key seals what the visits write, too
        fill = [sys.executable, '-m', 'web', 'demo', '--cases', str(cases), '--database', where]
        subprocess.run(fill, cwd=HERE.parents[1], check=True)
        found: dict[str, dict[str, float]] = pages(where, print)['pages']
        return found


if __name__ == '__main__':
    main()
