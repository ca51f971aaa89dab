"""Settings: read once from the environment (or given by the command line), then handed around as one frozen value."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from engine.words import Word
from tasks.cases.file_kinds import KINDS, MB, FileLimits

TRUE = frozenset({'1', 'true', 'yes', 'on'})
SHORTEST_KEY = 16
RANGES = {
    'port': ('YIZHAN_PORT', 0, 65_535),
    'tick_seconds': ('YIZHAN_TICK_SECONDS', 0.01, 86_400),
    'upload_bytes': ('YIZHAN_UPLOAD_MB', 1, 2**31),
    'threads': ('YIZHAN_THREADS', 1, 1_000),
    'trusted_proxies': ('YIZHAN_TRUSTED_PROXIES', 0, 100),
    'clock_minutes': ('YIZHAN_CLOCK_MINUTES', 1, 1_440),
    'outage_days': ('YIZHAN_OUTAGE_DAYS', 1, 366),
    'backup_hours': ('YIZHAN_BACKUP_HOURS', 0.01, 8_760),
    'backup_keep': ('YIZHAN_BACKUP_KEEP', 1, 10_000),
    'session_hours': ('YIZHAN_SESSION_HOURS', 0.01, 1e6),
    'anchor_minutes': ('YIZHAN_ANCHOR_MINUTES', 1, 1e6),
    'session_idle_minutes': ('YIZHAN_SESSION_IDLE_MINUTES', 0.1, 1e8),
}
"""The variable, lowest and highest value of each setting that is a number."""


class SettingsError(Exception):
    """A setting cannot be used; the message says what was expected, `zh` says it in Chinese and knows the English."""

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = Word(zh, message)


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
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()  # where those proxies connect from
    upload_bytes: int = 64 * MB
    files: FileLimits = field(default_factory=FileLimits)
    threads: int = 8
    metrics_token: str = ''
    session_hours: float = 12.0
    session_idle_minutes: float = 120.0
    evidence_key: str = ''
    backup_folder: Path | None = None  # where backups are made by the clock; None: only `yizhan backup` makes any
    clock_minutes: float = 15.0  # how far the machine's clock may be from the database's, and from the time since the machine's start
    outage_days: float = 15.0  # how long the hall may have stood still without an administrator being asked
    backup_hours: float = 24.0
    backup_keep: int = 14
    anchor_file: str = ''
    anchor_url: str = ''
    anchor_stamps: str = ''
    anchor_stamp_root: str = ''
    anchor_minutes: float = 60.0

    def __post_init__(self) -> None:
        """Raises SettingsError for a number out of its range, or a database that would be gone with the process."""
        if self.database_url.partition('://')[::2] in (('sqlite', ''), ('sqlite', '/'), ('sqlite', '/:memory:')):
            message = f'Expected a database in a file or on a server, but {self.database_url} is one in memory'
            raise SettingsError(message, f'数据库应在文件中或服务器上，而 {self.database_url} 在内存中')
        for name, (variable, lowest, highest) in RANGES.items():
            if not lowest <= getattr(self, name) <= highest:  # also refuses what is not a number
                found = getattr(self, name)
                message = f'Expected {variable} from {lowest:g} to {highest:g}, but {name} is {found}'
                raise SettingsError(message, f'{variable} 应在 {lowest:g} 至 {highest:g} 之间，而 {name} 为 {found}')

    @property
    def url(self) -> str:
        """The database URL; the embedded SQLite file under `home` unless one is given."""
        return normal_url(self.database_url) if self.database_url else f'sqlite:///{(self.home / "yizhan.db").resolve()}'

    @property
    def evidence_key_path(self) -> Path:
        """The file with the key that signs evidence: outside the database, under `home` unless said otherwise."""
        return Path(self.evidence_key) if self.evidence_key else self.home / 'keys' / 'evidence.key'

    @property
    def anchor_path(self) -> Path:
        """The file to which the ends of the chains are written: best on another disk or machine."""
        return Path(self.anchor_file) if self.anchor_file else self.home / 'anchors' / 'evidence.jsonl'


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
        port=_whole(env, 'YIZHAN_PORT', '8080'),
        tick_seconds=_number(env, 'YIZHAN_TICK_SECONDS', '5'),
        secure_cookies=env.get('YIZHAN_HTTPS', '').lower() in TRUE,
        trusted_proxies=_whole(env, 'YIZHAN_TRUSTED_PROXIES', '0'),
        proxies=_networks(env.get('YIZHAN_PROXY_ADDRESSES', '127.0.0.0/8 ::1')),
        upload_bytes=int(_number(env, 'YIZHAN_UPLOAD_MB', '64') * MB),
        files=_files(env),
        threads=_whole(env, 'YIZHAN_THREADS', '8'),
        metrics_token=env.get('YIZHAN_METRICS_TOKEN', ''),
        session_hours=_number(env, 'YIZHAN_SESSION_HOURS', '12'),
        backup_folder=Path(env['YIZHAN_BACKUP_FOLDER']) if env.get('YIZHAN_BACKUP_FOLDER') else None,
        clock_minutes=_number(env, 'YIZHAN_CLOCK_MINUTES', '15'),
        outage_days=_number(env, 'YIZHAN_OUTAGE_DAYS', '15'),
        backup_hours=_number(env, 'YIZHAN_BACKUP_HOURS', '24'),
        backup_keep=_whole(env, 'YIZHAN_BACKUP_KEEP', '14'),
        session_idle_minutes=_number(env, 'YIZHAN_SESSION_IDLE_MINUTES', '120'),
        evidence_key=env.get('YIZHAN_EVIDENCE_KEY', ''),
        anchor_file=env.get('YIZHAN_ANCHOR_FILE', ''),
        anchor_url=env.get('YIZHAN_ANCHOR_URL', ''),
        anchor_stamps=env.get('YIZHAN_ANCHOR_TSA', ''),
        anchor_stamp_root=env.get('YIZHAN_ANCHOR_TSA_ROOT', ''),
        anchor_minutes=_number(env, 'YIZHAN_ANCHOR_MINUTES', '60'),
    )


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks, separated by blanks or commas. Raises SettingsError."""
    try:
        return tuple(ip_network(each) for each in text.replace(',', ' ').split())
    except ValueError as error:
        message = f'Expected addresses or networks in YIZHAN_PROXY_ADDRESSES, but {error}'
        raise SettingsError(message, f'YIZHAN_PROXY_ADDRESSES 应为地址或网段（如 10.0.0.5 或 10.0.0.0/24），而为 {text}') from error


def make_home(home: Path) -> None:
    """The folder of database, keys and log, for its owner only when it is made here."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)


def _files(env: Mapping[str, str]) -> FileLimits:
    """What one may hand in with a form. Raises SettingsError for a kind of file that is not known."""
    kinds = tuple(env.get('YIZHAN_FILE_TYPES', ' '.join(KINDS)).lower().replace(',', ' ').split())
    unknown = [kind for kind in kinds if kind not in KINDS]
    largest, most = _number(env, 'YIZHAN_FILE_MB', '20'), _whole(env, 'YIZHAN_FILES_PER_STEP', '30')
    if unknown or not 0 < largest <= 2048 or not 0 <= most <= 1000:
        message = f'Expected YIZHAN_FILE_TYPES among {", ".join(KINDS)}, YIZHAN_FILE_MB to 2048 and YIZHAN_FILES_PER_STEP to 1000'
        zh = f'YIZHAN_FILE_TYPES 应在 {"、".join(KINDS)} 之内，YIZHAN_FILE_MB 不超过 2048，YIZHAN_FILES_PER_STEP 不超过 1000'
        raise SettingsError(f'{message}, but got {unknown or (largest, most)}', f'{zh}，而为 {unknown or (largest, most)}')
    return FileLimits(int(largest * MB), most, kinds)


def _number(env: Mapping[str, str], name: str, default: str) -> float:
    try:
        return float(env.get(name, default))
    except ValueError as error:
        raise SettingsError(f'Expected a number in {name}, but it is {env[name]!r}', f'{name} 应为数字，而不是 {env[name]!r}') from error


def _whole(env: Mapping[str, str], name: str, default: str) -> int:
    number = _number(env, name, default)
    if not number.is_integer():  # infinity is none, either
        raise SettingsError(f'Expected a whole number in {name}, but it is {env[name]!r}', f'{name} 应为整数，而不是 {env[name]!r}')
    return int(number)


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: the setting, else one generated once into `home` and readable by its owner only.

    Raises SettingsError for one that is too short, or when the file there holds none.
    """
    if settings.secret_key:
        if len(settings.secret_key) < SHORTEST_KEY:
            message = f'Expected YIZHAN_SECRET_KEY of at least {SHORTEST_KEY} characters, but it has {len(settings.secret_key)}'
            zh = f'YIZHAN_SECRET_KEY 应不少于 {SHORTEST_KEY} 个字符，而只有 {len(settings.secret_key)} 个'
            raise SettingsError(f'{message}; leave it out to have one made', f'{zh}；不设置即自动生成')
        return settings.secret_key
    path = settings.home / 'secret_key'
    make_home(settings.home)
    if not path.exists():
        _write_once(path, secrets.token_hex(32))
    try:
        key = path.read_text('ascii').strip()
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f'Expected a readable key in {path}, but {error}', f'无法读取密钥文件 {path}：{error}') from error
    if len(key) < SHORTEST_KEY:
        message = f'Expected a key of at least {SHORTEST_KEY} characters in {path}, but it has {len(key)}'
        zh = f'{path} 中的密钥应不少于 {SHORTEST_KEY} 个字符，而只有 {len(key)} 个；删除该文件即重新生成（所有人须重新登录）'
        raise SettingsError(f'{message}; delete the file to have a new one made (everybody signs in again)', zh)
    return key


def _write_once(path: Path, text: str) -> None:
    """Put the whole text there, readable by its owner only, or leave what another process has put there: never a file half written."""
    descriptor, name = tempfile.mkstemp(prefix=f'{path.name}.', dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, 'w', encoding='ascii') as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
