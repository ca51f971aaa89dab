"""`yizhan serve --watch FOLDER`: in development a bundle folder that changed is deployed by itself, or its problems are said in the log.

Folders are asked for their content hash; nothing is remembered in the database. A hall in service releases through two people instead.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from engine import Actor, BundleError, Rejection, Undeployable, read_path
from tasks.catalogue import items
from web.logs import log
from web.root import Root

WATCHER = Actor('system:watch', '开发目录监视', kind='system')
PAUSE_SECONDS = 2.0


class Watcher:
    """Looks at the folders below one folder again and again, in a thread of its own."""

    def __init__(self, root: Root, folder: Path, *, pause: float = PAUSE_SECONDS) -> None:
        self.root = root
        self.folder = folder
        self._pause = pause
        self._seen: dict[str, str] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name='watch', daemon=True)

    def start(self) -> None:
        """Begin to look; the first look deploys what is not in force yet."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the look under way."""
        self._stopped.set()
        self._thread.join()

    def look(self) -> list[str]:
        """Deploy every bundle folder whose content changed since the last look; the item codes that came into force."""
        return [code for folder in self._folders() if (code := self._deploy(folder)) is not None]

    def _folders(self) -> Iterator[Path]:
        for path in (self.folder, *sorted(self.folder.iterdir())):
            if (path / 'item.toml').is_file():
                yield path

    def _deploy(self, folder: Path) -> str | None:
        try:
            bundle = read_path(folder)
        except (BundleError, OSError) as error:
            self._refused(folder, str(error))
            return None
        if self._seen.get(str(folder)) == bundle.hash:
            return None
        self._seen[str(folder)] = bundle.hash
        try:
            done = items.check_and_deploy(self.root.engine, WATCHER, bundle, f'开发目录 {folder.name} 有变化')
        except Undeployable as refusal:
            self._refused(folder, '; '.join(f'{each.file}:{each.line} {each.message}' for each in refusal.problems if each.is_error))
            return None
        except Rejection as refusal:
            self._refused(folder, str(refusal))
            return None
        log.info('watch.deployed', folder=folder.name, item=done.item_code, version=done.version)
        return done.item_code

    def _refused(self, folder: Path, why: str) -> None:
        """Say once why a folder is not deployed."""
        if self._seen.get(f'{folder} said') != why:
            log.warning('watch.refused', folder=folder.name, why=why)
        self._seen[f'{folder} said'] = why

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.look()
            except Exception:  # noqa: BLE001  a folder that is half written must not end the watch; the next look tries again
                log.exception('watch.failed')
            self._stopped.wait(self._pause)
