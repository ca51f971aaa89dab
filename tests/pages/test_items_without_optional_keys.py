"""O-02, H-06: what passes the check can be shown. Every optional key of item.toml is left out in turn, and every page is opened."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, Bundle, Undeployable, read_path
from engine.tables import process_definition
from tasks.catalogue import items
from tasks.catalogue.item import Condition, Contact, Disclosure, Fee, ItemLimits, ItemSpec, LegalBasis, Material, ResultDocument, Window
from tasks.people import posts
from tasks.workshop.item_text import write_item
from web.drafting import FRESH

BLANK = read_path(FRESH / 'item')
LISTS: dict[str, Any] = {
    'legal_basis': LegalBasis,
    'conditions': Condition,
    'materials': Material,
    'fees': Fee,
    'windows': Window,
    'results': ResultDocument,
}
TABLES: dict[str, Any] = {'limits': ItemLimits, 'contact': Contact, 'disclosure': Disclosure}
NEEDED = {'ITEM_INVALID', 'DISCLOSURE_MISSING', 'PROMISE_UNDEFINED', 'WINDOW_UNKNOWN', 'WINDOW_AUTHORITY'}
Tree = dict[str, Any]


def whole() -> Tree:
    """The blank template with every optional key written."""
    tree = tomllib.loads(BLANK.files['item.toml'].decode())
    tree['item'] |= {
        'basic_code': '000101', 'impl_code': '11990121', 'exercise_level': '4', 'safety': False, 'filing': False, 'renewal': False,
        'commitment_allowed': True, 'timeout_policy': 'warn', 'timeout_basis': '某条', 'lead_department': '（部门名称）',
        'co_departments': ['某局'], 'quantity': '不限', 'content': '内容', 'admission_ground': '依据',
        'policies': '政策', 'summary': '摘要',
    }  # fmt: skip
    tree['limits'] |= {
        'extension': '10个工作日',
        'extension_role': 'agency_head',
        'extend_promise': False,
        'promise_note': '注',
        'statutory_note': '注',
    }
    tree['legal_basis'] = [{'law': '某法', 'article': '第一条', 'text': '条文'}]
    tree['conditions'] = [{'text': '条件', 'step': 'intake'}]
    tree['materials'][0] |= {'deferrable': False, 'shared': False, 'issued_by': '某局', 'form': '申请书', 'sample': '样表', 'note': '注'}
    tree['fees'] = [{'name': '工本费', 'amount': '10', 'unit': '件', 'basis': '某文', 'note': '注'}]
    for window in tree['windows']:
        window['department'] = '（部门名称）'
    tree['contact'] = {'place': '一楼', 'hours': '9:00', 'phone': '1', 'supervision_phone': '2'}
    tree['results'] = [{'name': '证书', 'validity': '5年', 'sample': '样本', 'number_prefix': 'XS'}]
    tree['disclosure'] = {'profile': 'custom', 'fields': ['name']}
    return tree


def optional(kind: Any) -> list[str]:
    return [each.name for each in fields(kind) if each.default is not MISSING or each.default_factory is not MISSING]


def variants() -> Iterator[tuple[str, Tree]]:
    """The whole entry, and with each optional key or table left out; fees as a range, with one bound, with none."""
    yield 'whole', whole()
    for name in [*LISTS, *TABLES]:
        tree = whole()
        del tree[name]
        yield name, tree
    for name in set(optional(ItemSpec)) & set(whole()['item']):
        tree = whole()
        del tree['item'][name]
        yield f'item.{name}', tree
    for table, kind in (LISTS | TABLES).items():
        for name in optional(kind):
            tree = whole()
            for row in tree[table] if table in LISTS else [tree[table]]:
                row.pop(name, None)
            yield f'{table}.{name}', tree
    for bounds in ({'lower': '10', 'upper': '80'}, {'lower': '10'}, {'upper': '80'}, {}, {'amount': '0'}):
        yield f'fees {bounds}', whole() | {'fees': [{'name': '工本费', 'basis': '某文', **bounds}]}


@pytest.fixture
def adopted(office) -> None:
    with office.begin(SYSTEM) as tx:
        posts.adopt(tx, posts.spec_to_adopt(BLANK), 'test')


def opens(office, tree: Tree, visitors: Any) -> list[str]:
    """Deploy an entry and open every page that shows it; what did not open."""
    bundle = Bundle(BLANK.files | {'item.toml': write_item(tree).encode()}, 'blank')
    try:
        done = items.check_and_deploy(office, SYSTEM, bundle, 'test', despite_empty=True)
    except Undeployable as refusal:  # needed after all: said by the check, so no page shows it
        return sorted({str(problem.code) for problem in refusal.problems if problem.is_error} - NEEDED)
    code, version = done.item_code, f'definition:{done.definition_id}'
    receiver, analyst = visitors
    pages = ['/items', f'/items/{code}', '/receive', f'/receive/{code}']
    wrong = [path for path in pages if receiver.client.get(path).status_code != 200]
    draft = str(analyst.post('/workshop/drafts', {'source': version, 'name': ''}).location)
    with office.reading() as connection:
        first = connection.execute(select(func.min(process_definition.c.id))).scalar_one()
    pages = [f'/definitions/{done.definition_id}', draft, f'{draft}/item', f'/compare?old=definition:{first}&new={version}']
    return wrong + [path for path in pages if analyst.client.get(path).status_code != 200]


@pytest.mark.parametrize('part', range(4))
def test_every_page_of_an_item_opens_whichever_optional_key_is_left_out(office, visitor, adopted, part: int) -> None:
    """O-02, H-06: the typed entry with its defaults reaches the pages, never the raw file."""
    visitors = visitor('chuangkou'), visitor('liucheng', '10.0.0.2')
    left_out = [each for index, each in enumerate(variants()) if index % 4 == part]
    assert {name: wrong for name, tree in left_out if (wrong := opens(office, tree, visitors))} == {}


def test_a_range_of_fees_and_missing_contacts_are_said_plainly(office, visitor, adopted) -> None:
    """O-02: a fee given as lower and upper bound is shown as the range it is."""
    tree = whole() | {
        'fees': [{'name': '工本费', 'basis': '某文', 'lower': '10', 'upper': '80', 'unit': '件'}],
        'contact': {'place': '一楼'},
    }
    assert not opens(office, tree, (visitor('chuangkou'), visitor('liucheng', '10.0.0.2')))
    words = visitor('chuangkou').get('/items/new-item').words
    assert '10–80 元/件' in words
    assert 'Undefined' not in words


def test_the_raw_file_reaches_no_template() -> None:
    """H-06: `tomllib` is read by the typed reader, and by the workshop, which edits the text of unfinished drafts; nowhere else."""
    root = Path(__file__).resolve().parents[2]
    files = [path for floor in ('engine', 'tasks', 'web') for path in (root / floor).rglob('*.py')]
    homes = {path.relative_to(root).as_posix() for path in files if 'import tomllib' in path.read_text('utf-8')}
    assert homes == {
        'tasks/catalogue/typed_toml.py',
        'tasks/catalogue/comparison/entries.py',
        'tasks/workshop/importing/choosing.py',
        'web/drafting.py',
        'web/pages/designer_item.py',
        'web/trial_input.py',
    }
