"""A-04: each anchor line may be stamped by a time-stamp service (RFC 3161). Here OpenSSL is the service."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from engine import SYSTEM, FixedClock
from tasks.evidence.anchoring import Sites, check_stamp, plan, stamp_request
from tasks.evidence.anchors import read_lines
from web.root import make_engine

pytestmark = pytest.mark.skipif(shutil.which('openssl') is None, reason='needs openssl')
CONFIG = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
"""


def certificate(folder: Path, name: str, issuer: tuple[x509.Name, rsa.RSAPrivateKey] | None) -> tuple[x509.Name, rsa.RSAPrivateKey]:
    """A certificate as PEM with its key: a root, or a service it vouches for."""
    key, subject = rsa.generate_private_key(65537, 2048), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by, signing = issuer or (subject, key)
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        by, subject, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=2)
    )
    made = made.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    if issuer is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    signed = made.sign(signing, hashes.SHA256())
    (folder / f'{name}.pem').write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f'{name}.key').write_bytes(key.private_bytes(*private))
    return subject, key


def stamped(folder: Path, query: bytes) -> bytes:
    """The service's answer."""
    (folder / 'query.tsq').write_bytes(query)
    files = ['-queryfile', 'query.tsq', '-signer', 'tsa.pem', '-inkey', 'tsa.key', '-config', 'tsa.cnf', '-out', 'answer.tsr']
    subprocess.run(['openssl', 'ts', '-reply', *files], cwd=folder, check=True, capture_output=True)
    return (folder / 'answer.tsr').read_bytes()


@pytest.fixture(scope='module')
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service with its certificate and its root."""
    folder = tmp_path_factory.mktemp('tsa')
    certificate(folder, 'tsa', certificate(folder, 'root', None))
    (folder / 'serial').write_text('01\n', 'ascii')
    (folder / 'tsa.cnf').write_text(CONFIG.format(folder=folder), 'ascii')
    return folder


@pytest.fixture
def address(service: Path) -> Iterator[str]:
    """The service on HTTP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = stamped(service, self.rfile.read(int(self.headers['Content-Length'])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = HTTPServer(('127.0.0.1', 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}/'
    server.shutdown()
    server.server_close()


def test_every_line_is_stamped(sqlite_forger, service: Path, address: str, tmp_path: Path) -> None:
    """A-04: the answer is checked up to the root certificate and kept beside the file."""
    sites = Sites(tmp_path / 'evidence.jsonl', stamps=address, stamp_root=str(service / 'root.pem'))
    engine = make_engine(sqlite_forger.url, FixedClock(datetime.fromisoformat('2026-06-01T09:00:00+08:00')), sqlite_forger.keys, sites)
    engine.run(SYSTEM, plan)
    engine.tick()
    engine.close()
    lines = read_lines(sites.file)
    assert lines
    assert all((tmp_path / f'evidence-{line.n}.tsr').stat().st_size for line in lines)


def test_a_stamp_of_another_line_or_another_service_is_refused(service: Path, tmp_path: Path) -> None:
    """A-04: what the service says is not believed unasked."""
    request = stamp_request(b'one line')
    answer = stamped(service, request.as_bytes())
    check_stamp(answer, b'one line', request, str(service / 'root.pem'))
    with pytest.raises(ValueError, match='another'):
        check_stamp(answer, b'another line', request, '')
    with pytest.raises(ValueError, match='another'):
        check_stamp(answer, b'one line', stamp_request(b'one line'), '')
    certificate(tmp_path, 'root', None)
    with pytest.raises(Exception, match='erif'):
        check_stamp(answer, b'one line', request, str(tmp_path / 'root.pem'))
