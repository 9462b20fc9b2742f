"""Certificates in PEM files of this host: the system's own list of authorities, and a profile's CA file. Must not know Java."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterator
from pathlib import Path

_LARGEST = 16 * 1024 * 1024  # bytes; the system's list has a quarter of a million
_BLOCK = re.compile(rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----(.*?)-----END", re.DOTALL)
# Where the distributions keep their list in one file: Debian, Red Hat (twice), SUSE, Alpine and others.
_LISTS = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def host_list() -> tuple[bytes, ...]:
    """Return the authorities this host trusts, DER; nothing where there is no list in one file."""
    named = (os.environ.get("SSL_CERT_FILE", ""), *_LISTS)
    return next((found for path in named if path and (found := in_file(Path(path)))), ())


def in_file(path: Path) -> tuple[bytes, ...]:
    """Return the certificates of a PEM file, DER; nothing where it cannot be read or holds none."""
    try:
        if not path.is_file():
            return ()
        with path.open("rb") as opened:
            return tuple(_certificates(opened.read(_LARGEST)))
    except OSError:
        return ()


def _certificates(text: bytes) -> Iterator[bytes]:
    for block in _BLOCK.finditer(text):
        try:
            yield base64.b64decode(block[1])
        except binascii.Error:
            continue
