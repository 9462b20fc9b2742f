"""Settings that several tests of the configuration begin with."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from wizard.draft import Draft

PROD = Draft(
    host="smtp.example.com",
    port="587",
    security="starttls",
    username="svc-iiq@example.com",
    password="keyring",
    mechanism="auto",
    sender="iiq@example.com",
    recipient="admin@example.com",
    ehlo_name="iiq.example.com",
    ca_file="/etc/ssl/own ca.pem",
    timeout="2.5",
    total_timeout="60",
    accept_cleartext_auth="true",
    message='Grüße, "äöü" \\ 🙂\nzweite Zeile',
)

COMMENTED = """\
# Our mail set-up, ask Erika before changing it
schema_version = 1
default_profile = "prod"   # used by cron

# Production
[profiles.prod]            # first
port = 587                 # as the provider says
host = "smtp.example.com"  # do not use the old one
timeout = 15.0
team = "identity"          # not a key of the wizard
password = { from = "keyring" }   # never here

# Tests only
[profiles.uat]
host = "uat.example.com"

[profiles.uat.identityiq]
home = "/opt/iiq"
since = 2024-01-31

# Something else entirely
[other]
ratio = nan
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())
