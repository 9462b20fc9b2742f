"""What the product says a Java would make of a server, held against a handshake of that Java with the same trust store."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.iiq import java
from tests.iiq.certificates import FUTURE, PAST, Made, make
from wizard.identityiq.installation import TrustStore
from wizard.identityiq.jvm import examine
from wizard.identityiq.jvm.view import JvmView
from wizard.practice import PracticeServer
from wizard.profile import Endpoint, Password, Security

FAULTS = (
    "missing-intermediate",
    "self-signed",
    "expired-certificate",
    "wrong-name-certificate",
    "weak-key",
    "only-old-versions",
    "only-old-ciphers",
    "weak-dh",
)
_VERSIONS = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1, "TLSv1.2": ssl.TLSVersion.TLSv1_2}


class Shop:
    """Certificates that many rows share."""

    def __init__(self) -> None:
        self.root = make("Root", ca=True)
        self.middle = make("Middle", self.root, ca=True)
        self.leaf = make("localhost", self.middle)
        self.old_root = make("Old root", ca=True, valid=PAST)
        self.old_middle = make("Old middle", self.root, ca=True, valid=PAST)
        self.alone = make("alone.test")
        self.alone_and_old = make("old.test", valid=PAST)
        self.rsa_root = make("RSA root", ca=True, rsa_bits=2048)
        self.small_root = make("Small root", ca=True, rsa_bits=1024)
        self.no_authority = make("No authority", self.root, ca=False)
        self.narrow = make("Narrow", self.root, ca=True, only_below="example.org")
        self.renewed = make("Root", ca=True, key_of=self.root)


def _rows(shop: Shop) -> Mapping[str, tuple[tuple[Made, ...], str]]:
    """What the server sends, leaf first, and which store is asked."""
    root, middle, leaf = shop.root, shop.middle, shop.leaf
    return {
        "the root is trusted (JKS)": ((leaf, middle), "root.jks"),
        "the root is trusted (PKCS12)": ((leaf, middle), "root.p12"),
        "the root is sent along and trusted": ((leaf, middle, root), "root.jks"),
        "the root is sent along and unknown": ((leaf, middle, root), "other.jks"),
        "the issuer is unknown": ((leaf, middle), "other.p12"),
        "the intermediate is not sent": ((leaf,), "root.jks"),
        "the intermediate is an anchor": ((leaf, middle), "middle.jks"),
        "the intermediate is an anchor and not sent": ((leaf,), "middle.jks"),
        "the server's own certificate is an anchor": ((leaf,), "leaf.jks"),
        "the chain is sent in another order": ((leaf, root, middle), "root.jks"),
        "something strange is sent along": ((leaf, shop.old_root, middle), "root.jks"),
        "the root was renewed with the same key": ((leaf, middle, root), "renewed.jks"),
        "self-signed and in the store": ((shop.alone,), "alone.p12"),
        "self-signed and not in the store": ((shop.alone,), "root.jks"),
        "self-signed, expired and in the store": ((shop.alone_and_old,), "alone.p12"),
        "expired": ((make("localhost", middle, valid=PAST), middle), "root.jks"),
        "not valid yet": ((make("localhost", middle, valid=FUTURE), middle), "root.jks"),
        "an expired intermediate": ((make("localhost", shop.old_middle), shop.old_middle), "root.jks"),
        "an expired intermediate as anchor": ((make("localhost", shop.old_middle), shop.old_middle), "old.jks"),
        "an expired root as anchor": ((make("localhost", shop.old_root),), "old.jks"),
        "signed with SHA-1": ((make("localhost", shop.rsa_root, rsa_bits=2048, digest="sha1"),), "rsa.jks"),
        "signed with MD5": ((make("localhost", shop.rsa_root, rsa_bits=2048, digest="md5"),), "rsa.jks"),
        "an RSA key of 1024 bits": ((make("localhost", shop.rsa_root, rsa_bits=1024),), "rsa.jks"),
        "an authority of 1024 bits": ((make("localhost", shop.small_root, rsa_bits=2048),), "rsa.jks"),
        "another host's name": ((make("other.test", middle, hosts=("other.test",)), middle), "root.jks"),
        "not for servers": ((make("localhost", middle, usage=ExtendedKeyUsageOID.CLIENT_AUTH), middle), "root.jks"),
        "signed by one that is no authority": ((make("localhost", shop.no_authority), shop.no_authority), "root.jks"),
        "outside the names its authority may sign": ((make("localhost", shop.narrow), shop.narrow), "root.jks"),
        "no password told, JKS": ((leaf, middle), "root.jks, no password"),
        "no password told, PKCS12": ((leaf, middle), "root.p12, no password"),
        "a wrong password, JKS": ((leaf, middle), "root.jks, wrong password"),
        "a wrong password, PKCS12": ((leaf, middle), "root.p12, wrong password"),
        "no store at the path": ((leaf, middle), "missing.jks"),
        "a store that is none": ((leaf, middle), "text.jks"),
        "a store with nothing trusted in it": ((leaf, middle), "key.p12"),
    }


async def _stores(shop: Shop, folder: Path) -> Mapping[str, TrustStore]:
    wanted: Mapping[str, tuple[Made, ...]] = {
        "root.jks": (shop.root,),
        "root.p12": (shop.root,),
        "other.jks": (shop.alone,),
        "other.p12": (shop.alone,),
        "middle.jks": (shop.middle,),
        "leaf.jks": (shop.leaf,),
        "renewed.jks": (shop.renewed,),
        "alone.p12": (shop.alone, shop.alone_and_old),
        "old.jks": (shop.old_root, shop.old_middle),
        "rsa.jks": (shop.rsa_root, shop.small_root),
    }
    kinds = {".jks": "JKS", ".p12": "PKCS12"}
    made = [java.store_of(folder / name, kinds[name[-4:]], anchors) for name, anchors in wanted.items()]
    await asyncio.gather(*made)
    usual = Password(java.USUAL)
    found = {name: TrustStore(folder / name, kinds[name[-4:]], own=True, password=usual) for name in wanted}
    for name in ("root.jks", "root.p12"):
        found[f"{name}, no password"] = found[name]._replace(password=None)
        found[f"{name}, wrong password"] = found[name]._replace(password=Password("not the one"))
    (folder / "text.jks").write_text("no store\n")
    return {
        **found,
        "missing.jks": TrustStore(folder / "missing.jks", own=True),
        "text.jks": TrustStore(folder / "text.jks", own=True),
        "key.p12": TrustStore(_foreign(folder / "key.p12", shop), "PKCS12", own=True, password=usual),
    }


def _foreign(path: Path, shop: Shop) -> Path:
    """A PKCS12 file as other tools make it: its authorities lack the mark by which Java knows what is trusted."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    encryption = BestAvailableEncryption(java.USUAL.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(None, None, None, [shop.root.certificate], encryption))
    return path


def _context(folder: Path, sent: tuple[Made, ...]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(sent[0].write(folder / "server.pem", *sent[1:]))
    return context


@asynccontextmanager
async def _serving(context: ssl.SSLContext) -> AsyncIterator[int]:
    """Greet on a port that speaks TLS from the first byte."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 practice.test ESMTP\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def _both(
    context: ssl.SSLContext, store: TrustStore, real: java.RealJava, properties: Mapping[str, str] | None = None
) -> tuple[JvmView, str]:
    async with _serving(context) as port:
        endpoint = Endpoint("localhost", port, Security.TLS)
        return await asyncio.gather(
            examine(endpoint, java.runtime(store, properties), timeout=30.0), real.shakes("localhost", port, store)
        )


def _told(view: JvmView) -> str:
    """Return our verdict in the words of the Java of the test."""
    assert not view.problem
    verdict = view.eyes[0].verdict
    return {True: f"accepts {verdict.version}", False: "refuses", None: f"unknown {verdict.detail}"}[verdict.accepts]


async def test_the_verdict_on_a_chain_is_that_of_the_java_itself(tmp_path: Path) -> None:
    shop = Shop()
    stores = await _stores(shop, tmp_path)
    ours, its, why = {}, {}, {}
    async with java.running() as real:
        for name, (sent, store) in _rows(shop).items():
            view, said = await _both(_context(tmp_path, sent), stores[store], real)
            ours[name], its[name] = _told(view), said.split(" |")[0]
            why[name] = (view.eyes[0].verdict, said)
    assert ours == its, {name: why[name] for name in ours if ours[name] != its[name]}
    assert {"accepts TLSv1.3", "refuses"} == set(its.values()), "the table holds both kinds"


async def test_what_java_security_forbids_is_forbidden_here(tmp_path: Path) -> None:
    shop = Shop()
    rules = tmp_path / "stricter.security"
    rules.write_text("jdk.certpath.disabledAlgorithms=MD5, SHA1, \\\n    RSA keySize < 2048, EC keySize < 224\n")
    properties = {"java.security.properties": str(rules)}
    stores = await _stores(shop, tmp_path)
    ours, its = {}, {}
    async with java.running(properties) as real:
        for name, (sent, store) in _rows(shop).items():
            if "1024" in name or "SHA-1" in name or name == "the root is trusted (JKS)":
                view, said = await _both(_context(tmp_path, sent), stores[store], real, properties)
                ours[name], its[name] = _told(view), said.split(" |")[0]
    assert ours == its
    assert list(its.values()).count("refuses") == 3, "the three weak ones are refused, the good one is not"


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1.1", "TLSv1.2"])
async def test_a_server_of_one_version_is_seen_as_the_java_sees_it(tmp_path: Path, version: str) -> None:
    shop = Shop()
    store = TrustStore(await java.store_of(tmp_path / "root.jks", "JKS", (shop.root,)), "JKS", own=True)
    context = _context(tmp_path, (shop.leaf, shop.middle))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = _VERSIONS[version]
    async with java.running() as real:
        view, said = await _both(context, store, real)
    assert _told(view) == said.split(" |")[0]


async def test_the_versions_named_for_the_client_are_the_only_ones(tmp_path: Path) -> None:
    shop = Shop()
    store = TrustStore(
        await java.store_of(tmp_path / "root.p12", "PKCS12", (shop.root,)), own=True, password=Password(java.USUAL)
    )
    context = _context(tmp_path, (shop.leaf, shop.middle))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    properties = {"jdk.tls.client.protocols": "TLSv1.2"}
    async with java.running(properties) as real:
        view, said = await _both(context, store, real, properties)
    assert _told(view) == said.split(" |")[0] == "refuses"
    assert "jdk.tls.client.protocols" in view.findings[0].meaning


@pytest.mark.parametrize("fault", [None, *FAULTS])
async def test_the_practice_server_is_judged_as_the_java_judges_it(tmp_path: Path, fault: str | None) -> None:
    async with PracticeServer(fault) as server:
        store = TrustStore(await java.store_of(tmp_path / "practice.jks", "JKS", (_authority(server.ca_file),)), own=True)
        endpoint = Endpoint("localhost", server.ports[Security.TLS], Security.TLS)
        async with java.running() as real:
            view, said = await asyncio.gather(
                examine(endpoint, java.runtime(store), timeout=30.0), real.shakes("localhost", endpoint.port, store)
            )
        assert _told(view) == said.split(" |")[0]
        in_clear = await examine(
            endpoint._replace(port=server.ports[Security.STARTTLS], security=Security.STARTTLS), java.runtime(store)
        )
        assert _told(in_clear) == _told(view), "after STARTTLS it is the same chain"


def _authority(ca_file: Path) -> Made:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    return Made(x509.load_pem_x509_certificate(ca_file.read_bytes()), ec.generate_private_key(ec.SECP256R1()))
