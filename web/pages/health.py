"""Is the hall well? `/healthz` for a load balancer, `/operation/health` for who may sign; acts of two people, clocks and restores."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as Answer

from engine import AGAIN_SECONDS
from tasks.backup.restoring import acknowledge
from tasks.clock.guard import confirm
from tasks.operations import countersigning, proposals
from tasks.operations.health import Expected, Health, health
from tasks.rights.asking import may_everywhere
from tasks.rights.two_people import RULES
from web.languages import flash
from web.page_context import silent_after
from web.session import asks, read, read_as_me, root, write

pages = Blueprint('health', __name__)
LONGEST = 10
"""A number of a proposal has fewer digits."""
SERVES = frozenset({'ticker', 'backup', 'anchors', 'countersign', 'objections', 'duties', 'restored'})
"""Troubles with which pages are served all the same."""


def expected() -> Expected:
    """What this installation asks of itself."""
    chosen = root().settings
    every = timedelta(hours=chosen.backup_hours) if chosen.backup_folder else None
    return Expected(chosen.home, chosen.anchor_path, silent_after(), every, root().engine.sealer)


def look(connection: Connection) -> Health:
    """The hall's health in the request's moment."""
    return health(connection, expected(), root().clock())


@pages.get('/healthz')
@asks('metrics.read')
def probe() -> Response:
    """200 while the database answers and nothing stands in the way, else 503; which things are well, no figures, no names."""
    found = read(look)
    well = found.troubles.keys() <= SERVES
    names = ('disk', 'database', 'ticker', 'clock', 'backup', 'anchors', 'evidence')
    answer = jsonify(ok=well, checks={name: 'trouble' if name in found.troubles else 'ok' for name in names})
    answer.status_code = 200 if well else 503
    answer.headers['Cache-Control'] = 'no-store'
    if not well:
        answer.headers['Retry-After'] = str(AGAIN_SECONDS)
    return answer


@pages.get('/operation/health')
@asks('health.read')
def show() -> str:
    """Disk, database, worker, clock, backups and restores."""
    may = {verb: read_as_me(may_everywhere, verb) for verb in ('clock.confirm', 'restore.acknowledge')}
    shown = {'believes': may['clock.confirm'], 'answers': may['restore.acknowledge'], 'copies': root().settings.backup_folder is not None}
    return render_template('admin/health.html', health=read(look), now=root().clock(), **shown)


@pages.get('/operation/countersign')
@asks('act.countersign')
def red_list() -> str:
    """What waits for a second person: to be confirmed, signed or settled; what was signed last."""
    after = request.args.get('after', '')
    unsigned, objected = read_as_me(countersigning.waiting), read_as_me(countersigning.objections)
    found = read_as_me(proposals.waiting, after=int(after) if after.isascii() and after.isdecimal() and len(after) < LONGEST else 0)
    return render_template(
        'admin/countersign.html',
        proposals=found,
        shown={one.id: read(proposals.shown, one) for one in found},
        more=found[-1].id if len(found) == proposals.MOST_WAITING else None,
        decided=read_as_me(proposals.decided),
        waiting=unsigned,
        objections=objected,
        signed=read_as_me(countersigning.signed),
        may_decide=read_as_me(proposals.may_decide, found),
        may_sign=read_as_me(countersigning.may_sign, [*unsigned, *objected]),
        verdicts=countersigning.OUTCOME,
        rules=RULES,
    )


@pages.post('/operation/countersign/<int:act_id>')
@asks('act.countersign')
def countersign(act_id: int) -> Answer:
    """Agree, or object and say why."""
    write(countersigning.countersign, act_id, request.form.get('verdict', ''), request.form.get('reason', ''))
    flash(_('已会签') if request.form.get('verdict') == 'agreed' else _('已提出异议'), 'good')
    return redirect(url_for('health.red_list'))


@pages.post('/operation/countersign/<int:act_id>/settle')
@asks('act.countersign')
def settle(act_id: int) -> Answer:
    """Say how an objection was settled."""
    write(countersigning.settle, act_id, request.form.get('reason', ''))
    flash(_('异议已处理'), 'good')
    return redirect(url_for('health.red_list'))


@pages.post('/operation/proposals/<int:number>')
@asks('act.countersign')
def decide(number: int) -> Answer:
    """Confirm what somebody else wants, which does it; or refuse. What takes long is checked before."""
    verdict = request.form.get('verdict', '')
    prepared = read(proposals.prepare, read_as_me(proposals.find, number), verdict)
    write(proposals.decide, number, verdict, request.form.get('reason', ''), prepared, seen=request.form.get('shown', ''))
    flash(_('已确认，操作已生效') if verdict == 'agreed' else _('未同意，操作不生效'), 'good')
    return redirect(url_for('health.red_list'))


@pages.post('/operation/clock/<int:doubt_id>/confirm')
@asks('clock.confirm')
def believe(doubt_id: int) -> Answer:
    """The clock that is doubted is right."""
    write(confirm, doubt_id, request.form.get('reason', '').strip())
    flash(_('已确认时钟正确，期限恢复自动触发'), 'good')
    return redirect(url_for('health.show'))


@pages.post('/operation/restores/<int:restore_id>/acknowledge')
@asks('restore.acknowledge')
def acknowledge_restore(restore_id: int) -> Answer:
    """Answer for a restore of the hall."""
    write(acknowledge, restore_id, request.form.get('reason', '').strip())
    flash(_('已确认该次恢复'), 'good')
    return redirect(url_for('health.show'))
