"""Credentials in pasted text become dots before anything else looks at it. Must not know findings."""

from __future__ import annotations

import re

DOTS = "\u2022\u2022\u2022\u2022"
# The argument of AUTH, and the bare base64 lines of its dialogue (RFC 4954 4).
_AUTH_LINE = re.compile(
    r"(\bAUTH[ \t]+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|NTLM|SCRAM-[\w-]+)[ \t]+)(?![-\u2022\[(<*])[^\s\"']+",
    re.IGNORECASE,
)
_BASE64_LINE = re.compile(
    r"^([ \t]*(?:[\w:.,\[\] -]{0,60}?(?:C(?:LIENT)?:|CLIENT -> SERVER:|[>~*-]+>|>>>?|"
    r"send:)[ \t]*(?:b?['\"])?)?)(?=[A-Za-z0-9+/=]*[0-9+/=])(?=[A-Za-z0-9+/=]*[A-Z])(?=[A-Za-z0-9+/=]*[a-z0-9])[A-Za-z0-9+/"
    r"]{8,}={0,2}((?:\\r|\\n)*['\"]?[ \t]*)$",
    re.MULTILINE,
)
# key=value and key: value, where the value is one word: a sentence about a password is no password.
_NAMED = re.compile(
    r"(?<![A-Za-z])((?:smtp|mail|auth|user|login|e?mail_host)?[_.-]?(?:pass|passwd|password|passphrase|pwd|secret|"
    r"api[_-]?key|client[_-]?secret|app[_ -]?password|authorization|access[_-]?token|refresh[_-]?token|id[_-]?token|"
    r"token)[\"']?[ \t]*(?::|=>?)[ \t]*(?:b?[\"'])?)(?![2-5]\d\d[ -])([^\s\"',;)}]{3,}+)(?=[\"',;)}]|[ \t]{0,8}(?:$|\\[rn])|"
    r"[ \t]{1,8}[\w-]{1,40}=)",
    re.IGNORECASE | re.MULTILINE,
)
_BEARER = re.compile(r"\b(Bearer[ \t]+|auth=Bearer[ \t]+)[A-Za-z0-9._~+/-]{16,}=*", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{16,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{0,2000}")
_IN_URL = re.compile(r"(\b(?:smtps?|submissions?|imaps?|https?)://[^\s:/@]{1,100}:)[^\s@/]{1,200}(@)", re.IGNORECASE)
_PREPARED_PASSWORD = re.compile(r"((?:password|pass)[ \t]+is[ \t]+[\"'])[^\"'\n]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return the text with everything that may be a credential replaced by dots. Line ends stay where they are."""
    text = _AUTH_LINE.sub(rf"\1{DOTS}", text)
    text = _BASE64_LINE.sub(rf"\1{DOTS}\2", text)
    text = _IN_URL.sub(rf"\1{DOTS}\2", text)
    text = _JWT.sub(DOTS, text)
    text = _BEARER.sub(rf"\1{DOTS}", text)
    text = _PREPARED_PASSWORD.sub(rf"\1{DOTS}", text)
    return _NAMED.sub(rf"\1{DOTS}", text)
