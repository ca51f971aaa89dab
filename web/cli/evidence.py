"""`yizhan evidence`, `verify` and `evidence-key`: take a case's proof out, check one without a database, change the key."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import click

from engine.words import Word, said
from tasks.evidence import keyring
from tasks.evidence.export import export_case
from tasks.evidence.keys import public_keys
from tasks.evidence.verifying import Proof, verify
from web.cli.acting import Who, by_whom
from web.cli.opening import open_root
from web.cli.options import FILE, answer, as_json, database, print_json
from web.cli.speaking import say, spoken

_KEYS = {
    'given': Word('以所给公钥核验', 'checked with the public keys given'),
    'anchors': Word('以锚定文件中的公钥核验', 'checked with the public keys of the anchors'),
    'file': Word(
        '仅以文件自带的公钥核验：只能证明文件前后一致，请用 --key 指定公钥', 'checked only with the keys of the file itself: use --key'
    ),
}


@click.command()
@click.argument('case_no', metavar='CASE')
@click.option(
    '--out', required=True, type=click.Path(dir_okay=False, path_type=Path), help='The file to write; only its owner may read it.'
)
@click.option('--without-personal-data', 'bare', is_flag=True, help='Leave rows with personal data out; their digests stay.')
@by_whom
@database
@as_json
def evidence(*, case_no: str, out: Path, bare: bool, by: Who, database: str | None, json_: bool) -> None:
    """Write everything that proves a case into one file: rows, history, signed entries, public keys. It is logged."""
    root = open_root(database)
    root.engine.check_schema()
    exported = root.engine.run(by.reader(root), lambda tx: export_case(tx, case_no, personal=not bare))
    _write(out, json.dumps(exported, ensure_ascii=False, indent=1) + '\n')
    facts = {'case': case_no, 'entries': len(exported['chain']), 'file': str(out)}
    zh, en = '办件 {case} 的存证（{entries} 条）已写入 {file}', 'The evidence of {case} ({entries} entries) was written to {file}'
    answer(facts, said(zh, en, **facts), json_=json_)


@click.command('verify')
@click.argument('file', type=FILE)
@click.option('--anchors', type=FILE, default=None, help='The anchor file: proves that nothing was cut off before its last line.')
@click.option(
    '--key', type=FILE, default=None, help='The public keys of the hall (evidence-public.json), got from the hall by another way.'
)
@as_json
def verify_file(*, file: Path, anchors: Path | None, key: Path | None, json_: bool) -> None:
    """Check the exported evidence of a case without any database; exit code 1 when something was changed."""
    found = verify(file, trusted=public_keys(key) if key else None, anchors=anchors)
    if json_:
        listed = [{'kind': one.kind, 'object': one.object, 'message': spoken(one.message)} for one in found.findings]
        facts = {name: getattr(found, name) for name in ('case', 'entries', 'withheld', 'keys', 'anchored_at')}
        print_json({'ok': found.ok, 'findings': listed, **facts})
    else:
        _tell(found)
    raise SystemExit(0 if found.ok else 1)


def _tell(found: Proof) -> None:
    for one in found.findings:
        say(said('{object}：{message}', '{object}: {message}', object=one.object, message=one.message))
    if found.ok:
        zh = '办件 {case}：{entries} 条存证核验通过，{withheld} 项内容未导出；{keys}'
        en = '{case}: {entries} entries verified, {withheld} objects withheld; {keys}'
        say(said(zh, en, case=found.case, entries=found.entries, withheld=found.withheld, keys=_KEYS[found.keys]))
    else:
        say(Word('核验未通过', 'Not verified'))


@click.group('evidence-key')
def evidence_key() -> None:
    """The key that signs evidence."""


@evidence_key.command('rotate')
@click.option('--reason', required=True, help='Why; kept in the operator log.')
@by_whom
@database
@as_json
def rotate_key(*, reason: str, by: Who, database: str | None, json_: bool) -> None:
    """Sign with a new key from now on, in every process. Entries of earlier keys stay verifiable."""
    root = open_root(database)
    root.engine.check_schema()
    after, before = keyring.rotate(root.engine, by.actor(root), reason)
    zh, en = '今后以密钥 {after} 签名；{before} 签过的仍可核验', 'Signs with the key {after} now; what {before} signed stays verifiable'
    answer({'key': after, 'before': before}, said(zh, en, after=after, before=before), json_=json_)


@evidence_key.command('replace')
@click.option('--reason', required=True, help='Why; kept in the operator log.')
@click.option('--public', 'publics', type=FILE, default=None, help='A copy of evidence-public.json, where that was lost as well.')
@by_whom
@database
@as_json
def replace_key(*, reason: str, publics: Path | None, by: Who, database: str | None, json_: bool) -> None:
    """Go on with another key when the key of this hall is lost: the one in the key file, or a new one."""
    root = open_root(database)
    root.engine.check_schema()
    key, lost = keyring.replace_key(root.engine, by.actor(root), reason, public_keys(publics) if publics else {})
    facts = {'key': key, 'unknown': lost}
    told = said('今后以密钥 {key} 签名', 'Signs with the key {key} now', key=key)
    if lost:
        zh = '今后以密钥 {key} 签名；以下密钥的公钥也已缺失，其签名无法核验：{lost}'
        en = 'Signs with the key {key} now; the public keys of these are lost too, and what they signed cannot be checked: {lost}'
        told = said(zh, en, key=key, lost=', '.join(lost))
    answer(facts, told, json_=json_)


def _write(path: Path, text: str) -> None:
    """The whole file or none, for its owner only: it may hold personal data."""
    descriptor, name = tempfile.mkstemp(prefix=f'{path.name}.', dir=path.parent)
    with os.fdopen(descriptor, 'w', encoding='utf-8') as stream:
        stream.write(text)
    Path(name).replace(path)
