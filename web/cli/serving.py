"""`yizhan serve` and `yizhan worker`: the web process with its ticker, and tickers beside any number of web processes."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path
from time import monotonic
from types import FrameType

import click
from sqlalchemy import make_url

from engine import SYSTEM
from engine.words import Word, joined, said
from tasks.calendars.halls import NoHall
from tasks.deadlines.upgrading import upgrade
from tasks.demo.building import CASES
from tasks.evidence.anchoring import plan
from web import logs
from web.app import create_app
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json, progress, settings
from web.cli.setup import tell_changes
from web.cli.speaking import Refused, say
from web.demonstration import fill, is_empty, may_fill, may_grow
from web.hall_server import make_server
from web.root import Root, build_root
from web.settings import Settings
from web.watching import Watcher
from web.worker import Ticker, background, run_worker, worker_name

LOG = 'yizhan.log'


@click.command()
@click.option('--host', default=None, help='Address to listen on; default 127.0.0.1 (YIZHAN_HOST).')
@click.option('--port', type=click.IntRange(0, 65535), default=None, help='Port; default 8080 (YIZHAN_PORT). 0 takes a free one.')
@click.option('--demo', is_flag=True, help='Make the demo hall when the database is empty, and show its accounts on the login page.')
@click.option('--no-ticker', is_flag=True, help='Serve pages only; `yizhan worker` ticks elsewhere.')
@click.option(
    '--watch', type=click.Path(exists=True, file_okay=False, path_type=Path), help='Development: deploy changed bundles below this folder.'
)
@click.option(
    '--log', 'log_to', metavar='FILE', default=None, help='Where the log goes; - is standard error. Default -, with --demo var/yizhan.log.'
)
@database
@as_json
def serve(
    *,
    log_to: str | None,
    host: str | None,
    port: int | None,
    demo: bool,
    no_ticker: bool,
    watch: Path | None,
    database: str | None,
    json_: bool,
) -> None:
    """Migrate the database, then serve the pages with waitress and tick in the same process."""
    chosen = settings(database, host=host, port=port, demo=demo or None)
    _log(log_to or (str(chosen.home / LOG) if chosen.demo else '-'))
    root = build_root(chosen)
    click.get_current_context().call_on_close(root.engine.close)  # also when the port is taken
    _prepare(root, quiet=json_)
    _serve(root, ticker=not no_ticker, json_=json_, watch=watch)


def _log(where: str) -> None:
    if where == '-':
        logs.configure(json=not sys.stderr.isatty())
        return
    logs.configure(path=Path(where))
    say(said('日志写入 {where}', 'The log goes to {where}', where=where), err=True)


def _prepare(root: Root, *, quiet: bool) -> None:
    """Bring the schema up to date, and make the demo hall where one is asked for and none is there; each says how long it took."""
    began = monotonic()
    done = upgrade(root.engine)
    if not quiet:
        tell_changes(done, err=True)
    root.engine.run(SYSTEM, plan)
    if not quiet:
        say(said('→ 数据库结构\n  {s:.0f} 秒', '→ schema of the database\n  {s:.0f} s', s=monotonic() - began), err=True)
    if not root.settings.demo or not may_fill(root.engine):
        return
    began = monotonic()
    if not quiet:
        zh, en = '→ 演示数据（虚构的政务服务中心与 {n} 件办件）', '→ demo data (a made-up hall with {n} cases)'
        say(said(zh, en, n=CASES), err=True)
    progress(Word('演示数据', 'Demo data'), lambda report: fill(root, CASES, report), shown=not quiet)
    if not quiet:
        say(said('  {s:.0f} 秒', '  {s:.0f} s', s=monotonic() - began), err=True)


def _serve(root: Root, *, ticker: bool, json_: bool, watch: Path | None = None) -> None:
    chosen = root.settings
    app = create_app(chosen, root=root)
    listener = _listen(chosen.host, chosen.port)
    size = chosen.upload_bytes + 1024 * 1024  # the page about too large an upload is ours
    server = make_server(app, listener, threads=chosen.threads, largest=size)
    if not json_:
        _warn(chosen)
    scheduler = background(root) if ticker else None
    watcher = Watcher(root, watch) if watch else None
    if watcher is not None:
        watcher.start()
    address = f'http://{_shown(chosen.host)}:{listener.getsockname()[1]}/'
    if json_:
        print_json({'address': address, 'database': _without_password(chosen.url)}, lines=True)
    else:
        demo = Word('　演示账号见登录页', '  The login page names the demo accounts') if chosen.demo else ''
        say(said('一站已启动：{address}{demo}', 'Yizhan serves {address}{demo}', address=address, demo=demo))
    if not chosen.demo and may_grow(root.engine):
        zh, en = (
            '这里是演示中心，但未加 --demo：演示密码不能登录',
            'Expected --demo for a demo hall, but it is missing: demo passwords are refused',
        )
        say(Word(zh, en), err=True)
    if is_empty(root.engine):
        say(NoHall().zh, err=True)
    sys.stdout.flush()

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # told twice, by make and by its group, it still stops in order
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        server.run()
    except KeyboardInterrupt:
        say(Word('正在停止……', 'Stopping …'), err=True)
    finally:
        server.close()
        if watcher is not None:
            watcher.stop()
        if scheduler is not None:
            scheduler.shutdown(wait=True)


def _warn(chosen: Settings) -> None:
    """Say what everybody on the network may do when neither a proxy nor TLS stands between."""
    open_to_all = chosen.host not in ('127.0.0.1', '::1', 'localhost')
    if open_to_all and not (chosen.secure_cookies and chosen.trusted_proxies):
        zh = '注意：{host} 上没有 TLS 和反向代理，同一网络中的任何人都能读到口令和办件；请按 docs/how-to/serve-behind-a-proxy.md 部署'
        en = (
            'Warning: on {host} there is neither TLS nor a proxy, so anybody on the network can read passwords and cases; '
            'serve as docs/how-to/serve-behind-a-proxy.md says'
        )
        say(said(zh, en, host=chosen.host), err=True)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        message = f'Expected a free port, but {host}:{port} cannot be used ({error.strerror})'
        raise Refused(f'无法使用端口 {host}:{port}（{error.strerror}）', message) from error
    return listener


def _shown(host: str) -> str:
    return {'0.0.0.0': '127.0.0.1', '::': '[::1]'}.get(host, f'[{host}]' if ':' in host else host)  # noqa: S104


def _without_password(url: str) -> str:

    return make_url(url).render_as_string(hide_password=True)


@click.command()
@click.option('--seconds', 'tick_seconds', type=float, default=None, help='Seconds between ticks; default 5 (YIZHAN_TICK_SECONDS).')
@click.option('--once', is_flag=True, help='Go on until nothing is due, then stop: for cron, and to catch up by hand.')
@database
@as_json
def worker(*, tick_seconds: float | None, once: bool, database: str | None, json_: bool) -> None:
    """Do what is due until stopped: timers, marks, messages, batches, versions, cases that follow the calendar.

    Any number of workers may run on one database.
    """
    logs.configure(json=not sys.stderr.isatty())
    root = open_root(database, tick_seconds=tick_seconds)
    root.engine.check_schema()
    if not once:
        run_worker(root)
        return
    ticked = Ticker(root, worker_name())()
    if ticked.doubt is not None:
        what = ticked.doubt.sentence
        zh, en = '时钟有疑问，未触发任何期限：{what}', 'Expected a clock that can be believed, but {what}; no limit was fired'
        raise Refused(said(zh, en, what=what), said(zh, en, what=what).en)
    counted = ticked.counted
    answer = {'fired': counted['timer'], 'failed': ticked.failed, 'warned': counted['amber'], 'sent': counted['outbox']}
    answer |= {name: counted[name] for name in root.engine.queues if name not in ('timer', 'amber', 'outbox')}
    answer['remaining'] = len(ticked.left)
    if json_:
        print_json(answer)
    else:
        say(joined((f'{name} {value}' for name, value in answer.items()), '　', '  '))
    if ticked.left:
        zh = '未办完，仍有到期事务：{left}（由其他进程持有，或请再次运行）'
        en = 'Not finished, still due: {left} (another process holds them, or run it again)'
        say(said(zh, en, left=joined(sorted(ticked.left))), err=True)
