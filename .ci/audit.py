"""Compare what is pinned (requirements*.txt, package-lock.json) with known advisories; exit 1 when a pinned version is affected.

Asks an advisory service that answers OSV's `querybatch` when AUDIT_SERVICE names one and it can be reached; else the stored excerpt
`.ci/advisories.json`. Says which of the two it used: the excerpt knows only what stands in it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
STORED = ROOT / '.ci' / 'advisories.json'
LOCKS = ('web/designer/package-lock.json', 'tests/node/package-lock.json', 'tests/node/forms/package-lock.json')
Pin = tuple[str, str, str]
"""Ecosystem (PyPI, npm), name, version."""


def pins(root: Path = ROOT) -> set[Pin]:
    """Everything that is pinned."""
    found: set[Pin] = set()
    for path in sorted(root.glob('requirements*.txt')):
        for name, version in re.findall(r'^([A-Za-z0-9._-]+)==([^\s;\\]+)', path.read_text('utf-8'), re.MULTILINE):
            found.add(('PyPI', canonicalize_name(name), version))
    for lock in LOCKS:
        for where, entry in json.loads((root / lock).read_text('utf-8'))['packages'].items():
            if where and 'version' in entry:
                found.add(('npm', entry.get('name') or where.rpartition('node_modules/')[2], entry['version']))
    return found


def affected(pinned: set[Pin], advisories: list[dict[str, str]]) -> list[str]:
    """A line for every pinned version that an advisory names. Raises InvalidSpecifier for a range that is none."""
    lines = []
    for each in advisories:
        ranges = [SpecifierSet(one) for one in each['affected'].split('||')]
        for ecosystem, name, version in sorted(pinned):
            if (ecosystem, name) == (each['ecosystem'], each['package']) and any(_within(version, one) for one in ranges):
                lines.append(f'{name} {version}: {each["id"]} ({each["affected"]}) {each["what"]}')
    return lines


def _within(version: str, affected_range: SpecifierSet) -> bool:
    try:
        return affected_range.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


def asked(pinned: set[Pin], service: str) -> list[str]:
    """The same, answered by a service. Raises OSError when it cannot be reached."""
    every = sorted(pinned)
    queries = [{'package': {'ecosystem': ecosystem, 'name': name}, 'version': version} for ecosystem, name, version in every]
    request = urllib.request.Request(service, json.dumps({'queries': queries}).encode(), {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=20) as answer:
        results = json.load(answer)['results']
    return [
        f'{name} {version}: {found["id"]}' for (_, name, version), one in zip(every, results, strict=True) for found in one.get('vulns', ())
    ]


def main() -> int:
    """Print what was found and by what."""
    pinned, service = pins(), os.environ.get('AUDIT_SERVICE', '')
    stored = json.loads(STORED.read_text('utf-8'))
    excerpt = f'the stored excerpt of {stored["as_of"]} ({len(stored["advisories"])} advisories; {stored["source"]})'
    try:
        found, by = (asked(pinned, service), f'the service {service}') if service else (affected(pinned, stored['advisories']), excerpt)
    except OSError as error:
        found, by = affected(pinned, stored['advisories']), f'{excerpt}, because {service} cannot be reached: {error}'
    print(f'audit: {len(pinned)} pinned packages, {len(found)} affected, by {by}')
    for line in found:
        print(f'  {line}')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
