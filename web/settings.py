"""Settings: read once from the environment (or given by the command line), then handed around as one frozen value."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

TRUE = frozenset({'1', 'true', 'yes', 'on'})


class SettingsError(Exception):
    """A setting cannot be used; the message says what was expected."""


@dataclass(frozen=True)
class Settings:
    """What differs between installations. `home` holds the embedded database and the generated secret key."""

    home: Path = field(default_factory=lambda: Path('var'))
    database_url: str = ''
    secret_key: str = ''
    demo: bool = False
    host: str = '127.0.0.1'
    port: int = 8080
    tick_seconds: float = 5.0
    secure_cookies: bool = False
    trusted_proxies: int = 0
    upload_bytes: int = 32 * 1024 * 1024
    threads: int = 8
    metrics_token: str = ''
    session_hours: float = 12.0
    session_idle_minutes: float = 120.0

    @property
    def url(self) -> str:
        """The database URL; the embedded SQLite file under `home` unless one is given."""
        return normal_url(self.database_url) if self.database_url else f'sqlite:///{(self.home / "yizhan.db").resolve()}'


def normal_url(url: str) -> str:
    """`postgres://` and `postgresql://` mean psycopg 3 here."""
    for prefix in ('postgres://', 'postgresql://'):
        if url.startswith(prefix):
            return 'postgresql+psycopg://' + url.removeprefix(prefix)
    return url


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from YIZHAN_* variables. Raises SettingsError with the name of the variable that cannot be read."""
    env = os.environ if environ is None else environ
    home = Path(env.get('YIZHAN_HOME', 'var'))
    return Settings(
        home=home,
        database_url=env.get('YIZHAN_DATABASE_URL', ''),
        secret_key=env.get('YIZHAN_SECRET_KEY', ''),
        demo=env.get('YIZHAN_DEMO', '').lower() in TRUE,
        host=env.get('YIZHAN_HOST', '127.0.0.1'),
        port=int(_number(env, 'YIZHAN_PORT', '8080')),
        tick_seconds=_number(env, 'YIZHAN_TICK_SECONDS', '5'),
        secure_cookies=env.get('YIZHAN_HTTPS', '').lower() in TRUE,
        trusted_proxies=int(_number(env, 'YIZHAN_TRUSTED_PROXIES', '0')),
        threads=int(_number(env, 'YIZHAN_THREADS', '8')),
        metrics_token=env.get('YIZHAN_METRICS_TOKEN', ''),
        session_hours=_number(env, 'YIZHAN_SESSION_HOURS', '12'),
        session_idle_minutes=_number(env, 'YIZHAN_SESSION_IDLE_MINUTES', '120'),
    )


def _number(env: Mapping[str, str], name: str, default: str) -> float:
    try:
        return float(env.get(name, default))
    except ValueError as error:
        raise SettingsError(f'Expected a number in {name}, but it is {env[name]!r}') from error


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: the setting, else one generated once into `home` and readable by its owner only."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.home / 'secret_key'
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text('ascii').strip()
    with os.fdopen(descriptor, 'w', encoding='ascii') as stream:
        stream.write(secrets.token_hex(32))
    return path.read_text('ascii').strip()
