"""Who can help with what at a well-known provider, in its own words, pages and commands. A table; must not know layout."""

from __future__ import annotations

from wizard.providers import by_id
from wizard.render.requests import Request

_MICROSOFT = "the administrator of Microsoft 365"
_GOOGLE = "the administrator of Google Workspace"


def _ending() -> str:
    """Say what Microsoft has announced about passwords and from when, as the table of providers has it."""
    provider = by_id("microsoft365")
    end = provider.password_end() if provider else None
    return f"{end.text} This begins on {end.date}." if end else ""


# Three gates, each of which can be the one that is shut:
# https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
_MICROSOFT_BASIC = Request(
    _MICROSOFT,
    "Allow SMTP AUTH for {user}",
    "Please check the three gates of authenticated SMTP, in Exchange Online PowerShell:\n\n"
    "1. The mailbox:       Get-CASMailbox -Identity {quoted_user} | Format-List SmtpClientAuthenticationDisabled\n"
    "   To allow it:       Set-CASMailbox -Identity {quoted_user} -SmtpClientAuthenticationDisabled $false\n"
    "2. The organisation:  Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled\n"
    "   A mailbox that says $false is allowed even where the organisation says True.\n"
    "3. Security Defaults or Conditional Access in Entra ID: they block password sign-in whatever the two above say.\n\n"
    f"{_ending()} A relay or OAuth is what lasts.",
)
# https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040
_OUTLOOK_BASIC = Request(
    "whoever runs your organisation's mail",
    "A mail server for {here} in place of Outlook.com",
    "Please name a mail server that takes mail from {source}: Outlook.com takes no password over SMTP any more, and no setting "
    "of the account {user} changes that.",
)
# https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/relay-access-denied-smtp
_MICROSOFT_RELAY = Request(
    _MICROSOFT,
    "Allow {here} to relay through Microsoft 365",
    "Please make a connector that lets {source} send: Exchange admin center, Mail flow, Connectors, from your organization's "
    "email server to Microsoft 365, recognised by the public address this host leaves from or by a certificate. "
    "Where there is one, please check that the address or certificate in it is still the right one.",
)
# https://learn.microsoft.com/powershell/module/exchange/add-recipientpermission
_MICROSOFT_SEND_AS = Request(
    _MICROSOFT,
    "Let {user} send as {sender}",
    "Please give {user} the permission to send as {sender}, in Exchange Online PowerShell:\n\n"
    "  Add-RecipientPermission -Identity {quoted_sender} -Trustee {quoted_user} -AccessRights SendAs\n\n"
    "If {sender} is only another address of the same mailbox, please check that it is set up there.",
)
# https://learn.microsoft.com/defender-office-365/use-the-delist-portal-to-remove-yourself-from-the-office-365-blocked-senders-lis
_MICROSOFT_BLOCKED = Request(
    "Microsoft's delist portal",
    "Take the address of {here} off the list of blocked senders",
    "Please take the public address of {source} off the list. The request is made at https://sender.office.com with that "
    "address, as it stands in the reply below.",
)
# https://support.google.com/a/answer/2956491
_GOOGLE_RELAY = Request(
    _GOOGLE,
    "Allow {here} to use the SMTP relay service",
    "Please allow {source} in the Admin console: Apps, Google Workspace, Gmail, Routing, SMTP relay service. What counts there "
    "are the public address this host leaves from, the allowed senders (it sends as {sender}), and whether TLS is required.",
)
# https://support.google.com/a/answer/2956491
_GOOGLE_BASIC = Request(
    _GOOGLE,
    "A way for {user} to send from an application",
    "Please allow 2-Step Verification for {user}, so that an app password can be made for it, or set up the SMTP relay service "
    "for {source} (Admin console: Apps, Google Workspace, Gmail, Routing).",
)
# https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
_SES_SANDBOX = Request(
    "whoever manages Amazon SES",
    "Production access for Amazon SES at {host}",
    "Please request production access in the SES console, in the region of {host}. Until it is granted, sender and recipient "
    "have to be verified there: {sender} and {recipient}.",
)
# https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html
_SES_SENDER = Request(
    "whoever manages Amazon SES",
    "Verify {sender} in Amazon SES",
    "Please verify {sender} or its domain in the SES console, in the region of {host}, and check that the policy of the "
    "sign-in {user} lets it send as that address.",
)

AT_PROVIDER: dict[tuple[str, str], Request] = {
    ("microsoft365", "auth-basic-disabled"): _MICROSOFT_BASIC,
    ("outlook", "auth-basic-disabled"): _OUTLOOK_BASIC,
    ("microsoft365", "relay-denied"): _MICROSOFT_RELAY,
    ("microsoft365", "sender-rejected"): _MICROSOFT_SEND_AS,
    ("microsoft365", "ip-blocked"): _MICROSOFT_BLOCKED,
    ("google-relay", "relay-denied"): _GOOGLE_RELAY,
    ("google-relay", "ip-blocked"): _GOOGLE_RELAY,
    ("gmail", "auth-basic-disabled"): _GOOGLE_BASIC,
    ("ses", "quota-or-sandbox"): _SES_SANDBOX,
    ("ses", "sender-rejected"): _SES_SENDER,
}
