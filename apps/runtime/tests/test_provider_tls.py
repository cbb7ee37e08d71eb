"""TLS to a pinned address is spoken in the name of the host: its certificate decides, not the address."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.runtime.gateways import provider
from apps.runtime.gateways.provider import CallFailed, HttpProviderGateway
from apps.runtime.tests.provider_double import ProviderDouble, running

HOST = "provider.example"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of HOST that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def double(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderDouble]:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with running(serving) as started:
        monkeypatch.setattr(provider, "_trusted", lambda: trusting)
        yield started


async def to_ourselves(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def run(double: ProviderDouble, host: str) -> bytes:
    gateway = HttpProviderGateway((host,), to_ourselves)
    job = b'{"commands":[{"cmd":"x"}],"sandbox":{"image_digest":"i"}}'
    return gateway.run_sandbox(f"https://{host}:{double.server.server_port}", job, "hash", 5)


def test_the_certificate_of_the_host_is_accepted_at_its_address(double: ProviderDouble) -> None:
    assert b"success" in run(double, HOST)
    assert double.jobs[0][1]["host"] == f"{HOST}:{double.server.server_port}"


def test_the_certificate_of_another_host_is_not(double: ProviderDouble) -> None:
    with pytest.raises(CallFailed) as failed:
        run(double, "other.example")
    assert (failed.value.reason, failed.value.sent, double.jobs) == ("unreachable", False, [])
