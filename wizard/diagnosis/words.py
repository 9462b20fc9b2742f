"""Word families: how servers put one thing in many ways. Small keyword sets, no sentences; must not know what they mean.

Keywords are parted by commas; ``~`` stands for up to 60 characters between two parts (see ``Words``).
"""

from __future__ import annotations

from wizard.diagnosis.when import Words

STARTTLS_FIRST = Words(
    "STARTTLS or encryption first",
    "starttls command first, starttls first, starttls is required, starttls required, requires starttls, "
    "must~starttls, use starttls, issue a starttls, starttls before, need~starttls, encryption~required, encryption "
    "needed, requires encryption, require~encrypt, without~ssl, without~tls, without~encrypt, must~ssl, must~tls, "
    "must~secure connection, tls required, tls is required, ssl required, ssl is required, requires tls, requires ssl, "
    "requires a secure, secure connection~required, secure connection is needed, only over~tls, only over~secure, not "
    "allowed~plain text, plaintext authentication disallowed, cleartext~not allowed, plain text~not permitted, not "
    "available without tls, need to use ssl",
)
TLS_BROKEN = Words(
    "TLS not available",
    "tls not available, tls is not available, tls currently unavailable, tls temporarily, starttls not supported, "
    "starttls is not supported, not support starttls, starttls not available, starttls unavailable, starttls unknown, "
    "unable to initialize tls, cannot start tls, tls init, tls negotiation failed",
)
TLS_ALREADY = Words(
    "TLS already active",
    "tls already, when tls active, tls is active, already~tls, already in tls, already secure, already encrypted, "
    "already using ssl, starttls~only once, nested starttls",
)
BASIC_OFF = Words(
    "password sign-in switched off",
    "basic auth~disabled, basic auth~not, basicauth, smtpclientauth, smtp auth is disabled, smtp auth~not enabled for, "
    "blocked by security defaults, security defaults policy, no longer support~basic, has no permission, user has no "
    "permission, authentication~disabled for, password~auth~disabled, less secure app, legacy auth, service is not "
    "open, smtp service~not enabled, 服务未开启, access rights to this service",
)
APP_PASSWORD = Words(
    "app password or authorisation code",
    "application-specific password, application specific password, app-specific password, app specific password, app "
    "password, application password, apppassword, authorization code, authorisation code, auth code, 授权码, third-party "
    "client password, access password, two-factor, two factor, 2-step, invalidsecondfactor",
)
ACCOUNT_LIMITED = Words(
    "account locked, suspended, too many attempts",
    "too many~login, too many~auth, too many~attempt, too many~fail, too many bad, account~locked, account~suspend, "
    "account~disabled, account~blocked, account~limited, account~frozen, account is abnormal, user~locked, "
    "user~suspend, user~disabled, user~blocked, mailbox~disabled, mailbox~blocked, mailbox~suspend, temporarily "
    "locked, locked out, captcha, webloginrequired, web login required, web browser, unusual~activity, "
    "suspicious~login, login frequency, account inactive, administrative prohibition, unlock, not a robot, need to use "
    "web, 锁定",
)
TOKEN = Words(
    "token expired, scope, audience",
    "token~expired, expired~token, invalid~token, token~invalid, access token, bearer, invalid_grant, invalid_token, "
    "oauth, xoauth2, eyjzdgf0dxmioi",
)
BAD_CREDENTIALS = Words(
    "user name, password, credentials",
    "username and password, user name and password, username or password, user name or password, login or password, "
    "user or password, password~incorrect, incorrect~password, invalid~password, wrong~password, bad~password, "
    "password~wrong, password~invalid, credentials, authentication fail, authentication unsuccessful, "
    "authentication~incorrect, incorrect authentication, auth fail, auth failed, login fail, login denied, invalid "
    "login, invalid user, bad username, badcredentials, not accepted, authentication error, unable to authenticate, "
    "could not authenticate, authentication rejected, no authentication type succeeded, api key, authenticationfail, "
    "密码错误",
)
AUTH_NEEDED = Words(
    "authentication required",
    "authentication~required, authentication~needed, auth~required, must~authenticat, must~log in, must~auth, "
    "need~authenticat, requires authenticat, require~authenticat, please authenticat, authenticate first, "
    "authenticated first, auth first, not authenticated, not~authenticated, unauthenticated sender, "
    "unauthenticated~not, unauthenticated~denied, without authenticat, before~authenticat, no smtp auth, not logged "
    "in, login required, log in first, anonymous~not, sign in first, smtp authentication, permissions to submit",
)
AUTH_BACKEND = Words(
    "authentication backend",
    "temporary authentication failure, temporary~auth, authentication server, authentication~temporar, authentication "
    "service, authentication mechanism~fail, backend",
)
