"""The evidence of a case: whether it verifies, when it was last anchored, and the file to take away. For who supervises."""

from __future__ import annotations

import json
from io import BytesIO

from flask import Blueprint, render_template, send_file
from werkzeug.wrappers import Response

from engine.evidence import Sealer
from tasks.cases.receipt import find_case
from tasks.evidence.export import export_case, need_evidence
from tasks.evidence.standing import standing
from web.session import asks, read, read_as_me, root, write

pages = Blueprint('evidence', __name__, url_prefix='/cases')


def _sealer() -> Sealer:
    found = root().engine.sealer
    if found is None:
        raise TypeError('Expected an engine that writes evidence')
    return found


@pages.get('/<case_no:case_no>/evidence')
@asks('evidence.read')
def show(case_no: str) -> str:
    """Every row of the case against its chain, as it stands now."""
    read_as_me(need_evidence, case_no)
    case = read(find_case, case_no)
    return render_template('evidence.html', case=case, found=read(standing, case_no, _sealer()))


@pages.post('/<case_no:case_no>/evidence')
@asks('evidence.read')
def download(case_no: str) -> Response:
    """The file that `yizhan verify` checks; rows with personal data only for who may see them. Logged."""
    text = json.dumps(write(export_case, case_no), ensure_ascii=False, indent=1)
    answer = send_file(BytesIO(text.encode()), 'application/json', as_attachment=True, download_name=f'evidence-{case_no}.json')
    answer.headers['Cache-Control'] = 'no-store'
    return answer
