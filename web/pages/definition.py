"""Process definitions: deploy a bundle, see every version with its diagram and warnings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from engine import BundleError, Undeployable, lone, read_zip
from engine.bpmn import draw
from tasks.catalogue import checking, items
from tasks.catalogue import views as catalogue_views
from tasks.catalogue.item_toml import spec_of
from tasks.people.vacant import EmptyPosts
from tasks.rights.asking import need
from web import two_people
from web.languages import flash
from web.session import actor, asks, read, root, write

pages = Blueprint('definition', __name__, url_prefix='/definitions')


@pages.get('')
@asks('definition.read')
def catalogue() -> str:
    """Every definition, newest first."""
    return render_template('admin/definitions.html', definitions=read(catalogue_views.definitions))


@pages.get('/<int:definition_id>')
@asks('definition.read')
def show(definition_id: int) -> str:
    """One version: its diagram, files and warnings."""
    view = read(catalogue_views.definition_view, definition_id)
    return render_template('admin/definition.html', view=view, picture=_picture(view.diagram, view.report))


@pages.get('/deploy')
@asks('definition.draft')
def deploy_form() -> str:
    """Where a bundle is uploaded."""
    return render_template('admin/deploy.html', problems=(), error='', reason='', picture='')


@pages.post('/deploy')
@asks('definition.draft')
def deploy() -> Any:
    """Check the uploaded zip or .bpmn and put it into force; all problems at once when it cannot be."""
    upload = request.files.get('bundle')
    reason = request.form.get('reason', '').strip()
    if upload is None or not upload.filename:
        return render_template('admin/deploy.html', problems=(), error=_('请选择文件'), reason=reason, picture=''), 422
    content = upload.read()
    try:
        bundle = read_zip(content, upload.filename.rsplit('.', 1)[0]) if content[:4] == b'PK\x03\x04' else lone(content, upload.filename)
        if request.form.get('action') == 'check':
            return _report(read(checking.judge, bundle).problems, reason, upload.filename), 200
        need(actor(), 'definition.deploy')
        judged = read(checking.judge, bundle)
        if not reason and judged.deployable:
            return _report(judged.problems, reason, upload.filename, error=_('请填写部署理由')), 422
        judged.need_deployable()
        despite = request.form.get('despite_empty') == '1'
        if not two_people.alone():
            read(items.fitting, judged, root().clock(), despite_empty=despite)
            return two_people.propose(
                'item.deployed', spec_of(judged.edition).code, reason, {'despite_empty': despite}, payload=bundle.zipped()
            )
        done = write(items.deploy_alone, judged, reason, despite_empty=despite)
    except BundleError as refusal:
        return render_template('admin/deploy.html', problems=(), error=refusal.zh, reason=reason, picture=''), 422
    except EmptyPosts as refusal:
        return render_template('admin/deploy.html', problems=(), error=refusal.zh, reason=reason, picture='', empty=True), 422
    except Undeployable as refusal:
        return _report(refusal.problems, reason, upload.filename, error=refusal.zh), 422
    flash(_('已部署「%(item)s」第 %(version)s 版', item=done.item_name, version=done.version), 'good')
    return redirect(url_for('definition.show', definition_id=done.definition_id))


def _report(problems: Any, reason: str, filename: str, error: str = '') -> str:
    return render_template('admin/deploy.html', problems=problems, error=error, reason=reason, filename=filename, picture='')


def _picture(diagram: Any, report: Any) -> Markup | str:
    if diagram is None:
        return ''
    notes = {row['element']: row['message'] for row in report if row.get('element')}
    return Markup(draw(diagram, problems=notes))  # noqa: S704  drawn by us, escaped there
