"""How .NET names SMTP's reply codes: SmtpStatusCode by name, and the sentence SmtpException begins with. Data only.

Source: the reference of System.Net.Mail.SmtpStatusCode and of MailKit.Net.Smtp.SmtpStatusCode.
"""

from __future__ import annotations

import re

# .NET names codes in words of its own, and puts the server's text behind them.
SAID = re.compile(
    r"(?P<words>[A-Z][A-Za-z ,./-]{8,120}?)\.? The server response was:?[ \t]*(?:(?P<enhanced>[45]\.\d{1,3}\.\d{1,3})[ \t]*"
    r")?(?P<text>[^\r\n]{0,300})"
)
CODES: tuple[tuple[str, int], ...] = (
    ("secure connection or the client was not authenticated", 530),
    ("mailbox unavailable", 550),
    ("mailbox name not allowed", 553),
    ("mailbox busy", 450),
    ("transaction failed", 554),
    ("service not available", 421),
    ("error in processing", 451),
    ("insufficient system storage", 452),
    ("exceeded storage allocation", 552),
    ("user not local", 551),
    ("syntax error, command unrecognized", 500),
    ("syntax error in parameters", 501),
    ("command not implemented", 502),
    ("bad sequence of commands", 503),
    ("command parameter not implemented", 504),
    ("client was not authenticated", 454),
    ("does not have permission to submit", 454),
)
NAMES = {
    "MustIssueStartTlsFirst": 530,
    "ClientNotPermitted": 454,
    "MailboxUnavailable": 550,
    "MailboxNameNotAllowed": 553,
    "MailboxBusy": 450,
    "TransactionFailed": 554,
    "ServiceNotAvailable": 421,
    "LocalErrorInProcessing": 451,
    "ErrorInProcessing": 451,
    "InsufficientStorage": 452,
    "ExceededStorageAllocation": 552,
    "UserNotLocalTryAlternatePath": 551,
    "AuthenticationRequired": 530,
    "AuthenticationInvalidCredentials": 535,
    "AuthenticationMechanismTooWeak": 534,
    "TemporaryAuthenticationFailure": 454,
    "CommandUnrecognized": 500,
    "BadCommandSequence": 503,
}
