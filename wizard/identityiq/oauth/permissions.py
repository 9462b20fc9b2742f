"""What the token's claims mean for sending mail. Must not know how the token was had."""

from __future__ import annotations

from wizard.diagnosis.model import Evidence, Finding, Possible, Remedy, Severity
from wizard.identityiq.oauth.answers import facts_of
from wizard.identityiq.oauth.microsoft import GRAPH_APP, cloud_of, host_of, is_graph, tenant_of
from wizard.identityiq.oauth.model import Claims
from wizard.identityiq.oauth.settings import OAuthSettings
from wizard.smtp.observation import Stage
from wizard.values import shown

MAIL_SEND = "Mail.Send"
NO_ROLE = "iiq-oauth-no-mail-send"
DELEGATED = "iiq-oauth-delegated-only"
_SOON = 300  # seconds; Microsoft's tokens live 60 to 90 minutes
_CONSENT = (
    "In Entra ({portal}), App registrations, this application, API permissions: Add a permission, Microsoft Graph, Application "
    "permissions, Mail.Send, then Grant admin consent. A new grant can take up to an hour to show in tokens."
)
_PAGE = "https://learn.microsoft.com/graph/permissions-reference#mailsend"
_IN_EXCHANGE = Possible(
    "iiq-oauth-granted-in-exchange", "permissions given by RBAC for Applications in Exchange are not in the token: --send tells"
)


def judged(claims: Claims, settings: OAuthSettings) -> tuple[Finding, ...]:
    """Return what is wrong with a token's claims; what is missing for sending is an error until a message was accepted."""
    found: list[Finding] = []
    if not _meant_for(claims, settings):
        found.append(_wrong_audience(claims, settings))
    elif is_graph(settings) and MAIL_SEND not in claims.roles:
        found.append(_no_role(claims, settings))
    if claims.lifetime is not None and claims.lifetime < _SOON:
        found.append(_short(claims))
    if _other_tenant(claims, settings):
        found.append(_tenant(claims, settings))
    return tuple(found)


def spoken(claims: Claims) -> str:
    """Return the permissions in a few words."""
    if claims.roles:
        return f"{', '.join(claims.roles[:6])}{', ...' if len(claims.roles) > 6 else ''} (Application)"
    return f"{', '.join(claims.scopes[:6])} (Delegated only)" if claims.scopes else "none in the token"


def _meant_for(claims: Claims, settings: OAuthSettings) -> bool:
    """Whether the audience is the mail service; not judged where there is no cloud of Microsoft's to compare with."""
    cloud = cloud_of(settings)
    if not claims.audience or claims.audience == GRAPH_APP:
        return True
    named = host_of(claims.audience) if "://" in claims.audience else claims.audience.lower()
    wanted = {host_of(settings.email_endpoint), host_of(settings.scope)} | ({cloud.graph} if cloud else set())
    return named in wanted or "." not in named


def _wrong_audience(claims: Claims, settings: OAuthSettings) -> Finding:
    host = shown(host_of(settings.email_endpoint))
    return Finding(
        "auth-oauth-token-invalid",
        Severity.ERROR,
        Stage.AUTH,
        "The token is for another service than the one that takes the mail",
        f"It was given for {shown(claims.audience)}, and mail goes to {host}, which will not accept it.",
        Evidence(text=f"audience {shown(claims.audience)}"),
        remedies=(Remedy(f"Set Scope to https://{host}/.default."),),
    )


def _no_role(claims: Claims, settings: OAuthSettings) -> Finding:
    facts = facts_of(settings, host=host_of(settings.email_endpoint))
    delegated = bool(claims.scopes) and not claims.roles
    if delegated:
        title = "The permission is Delegated, and IdentityIQ needs it as Application"
        meaning = (
            "Delegated permissions count while a person is signed in. IdentityIQ signs in as an application, with nobody there, "
            "and a token like this is not enough."
        )
    else:
        title = "The token does not hold the permission Mail.Send"
        meaning = (
            "The sign-in works, and Graph is expected to refuse the mail: Mail.Send is not among the Application permissions of "
            "this application, or nobody has granted consent. Where it was added as Delegated, it does not show here at all."
        )
    return Finding(
        DELEGATED if delegated else NO_ROLE,
        Severity.ERROR,
        Stage.AUTH,
        title,
        meaning,
        Evidence(text=f"permissions in the token: {spoken(claims)}"),
        also_possible=(_IN_EXCHANGE,),
        remedies=(Remedy(_CONSENT.format_map(facts)),),
        link=_PAGE,
    )


def settled(finding: Finding) -> Finding:
    """Return a missing permission as what is worth knowing, once a message was accepted without it."""
    return Finding(
        "iiq-oauth-granted-in-exchange",
        Severity.INFO,
        finding.stage,
        "The permission is given in Exchange, not in Entra",
        "The token does not hold Mail.Send, and the message was accepted all the same: RBAC for Applications in Exchange Online "
        "grants it, for the mailboxes in its scope only.",
        finding.evidence,
        remedies=(
            Remedy("Test each sender that IdentityIQ's templates name: a template's own From may lie outside that scope."),
        ),
        link="https://learn.microsoft.com/exchange/permissions-exo/application-rbac",
    )


def _short(claims: Claims) -> Finding:
    past = claims.lifetime is not None and claims.lifetime <= 0
    return Finding(
        "iiq-oauth-clock",
        Severity.WARNING,
        Stage.AUTH,
        "The token had ended before it arrived" if past else "The token ends within minutes",
        f"It ends at {claims.expires}, and Microsoft's tokens live for an hour or more. The clock of this host is likely ahead.",
        Evidence(text=f"ends {claims.expires}"),
        remedies=(Remedy("Check the clock of this host: date -u. IdentityIQ's hosts need it right as well."),),
    )


def _other_tenant(claims: Claims, settings: OAuthSettings) -> bool:
    from wizard.identityiq.oauth.microsoft import is_guid

    typed = tenant_of(settings.token_endpoint)
    return is_guid(typed) and bool(claims.tenant) and claims.tenant.lower() != typed.lower()


def _tenant(claims: Claims, settings: OAuthSettings) -> Finding:
    typed = shown(tenant_of(settings.token_endpoint))
    return Finding(
        "iiq-oauth-other-tenant",
        Severity.WARNING,
        Stage.AUTH,
        "The token is of another tenant than the one in the token endpoint",
        f"The endpoint names {typed}, the token {shown(claims.tenant)}.",
        Evidence(text=f"tenant {shown(claims.tenant)}"),
        remedies=(Remedy("Compare the tenant's id in Entra, Overview, with the one in the token endpoint."),),
    )
