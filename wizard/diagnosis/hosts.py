"""Whose server a host name belongs to, where the name tells. Must not know ports, settings or rules of providers."""

from __future__ import annotations

from enum import StrEnum


class Family(StrEnum):
    """Providers whose servers behave in ways of their own."""

    MICROSOFT = "Microsoft"
    GOOGLE = "Google"
    AMAZON = "Amazon SES"
    YAHOO = "Yahoo"
    APPLE = "Apple"
    QQ = "QQ Mail"
    NETEASE = "NetEase"
    ZOHO = "Zoho"
    SENDGRID = "SendGrid"
    OTHER = "another provider"


_SUFFIXES = {
    "outlook.com": Family.MICROSOFT,
    "office365.com": Family.MICROSOFT,
    "office365.us": Family.MICROSOFT,
    "hotmail.com": Family.MICROSOFT,
    "live.com": Family.MICROSOFT,
    "gmail.com": Family.GOOGLE,
    "google.com": Family.GOOGLE,
    "googlemail.com": Family.GOOGLE,
    "amazonaws.com": Family.AMAZON,
    "yahoo.com": Family.YAHOO,
    "aol.com": Family.YAHOO,
    "mail.me.com": Family.APPLE,
    "icloud.com": Family.APPLE,
    "qq.com": Family.QQ,
    "163.com": Family.NETEASE,
    "126.com": Family.NETEASE,
    "yeah.net": Family.NETEASE,
    "zoho.com": Family.ZOHO,
    "zoho.eu": Family.ZOHO,
    "zoho.in": Family.ZOHO,
    "zoho.com.cn": Family.ZOHO,
    "sendgrid.net": Family.SENDGRID,
}
_NAMES = {
    "microsoft": Family.MICROSOFT,
    "office": Family.MICROSOFT,
    "outlook": Family.MICROSOFT,
    "gmail": Family.GOOGLE,
    "google": Family.GOOGLE,
    "amazon": Family.AMAZON,
    "ses": Family.AMAZON,
    "yahoo": Family.YAHOO,
    "icloud": Family.APPLE,
    "qq": Family.QQ,
    "tencent": Family.QQ,
    "netease": Family.NETEASE,
    "163": Family.NETEASE,
    "zoho": Family.ZOHO,
    "sendgrid": Family.SENDGRID,
}


# What the servers of a family call themselves in their greeting, the name or the banner.
_GREETS = {
    Family.MICROSOFT: ("outlook", "office", "microsoft", "hotmail"),
    Family.GOOGLE: ("google", "gmail", "gsmtp"),
    Family.AMAZON: ("amazon",),
    Family.QQ: ("qq.com",),
    Family.ZOHO: ("zoho",),
    Family.SENDGRID: ("sendgrid",),
}


def greets_like(family: Family, greeting: str) -> bool:
    """Return whether a greeting can be this family's; True where nothing is known of how it greets."""
    names = _GREETS.get(family, ())
    return not names or any(name in greeting.lower() for name in names)


def family_of(host: str) -> Family:
    """Return whose host this is; ``OTHER`` when the name does not tell."""
    name = host.lower().rstrip(".")
    return next((family for suffix, family in _SUFFIXES.items() if name == suffix or name.endswith("." + suffix)), Family.OTHER)


def family_called(provider: str) -> Family | None:
    """Return the family a person or file calls by name (``Microsoft 365``, ``Gmail``); None when not known."""
    words = provider.lower().split()
    return next((family for name, family in _NAMES.items() if name in words), None)
