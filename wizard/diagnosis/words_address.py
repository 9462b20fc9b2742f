"""Word families about relaying, senders and recipients; see words.py for the form."""

from __future__ import annotations

from wizard.diagnosis.when import Words

RELAY = Words(
    "relaying",
    "relay, not a local, client host rejected: access denied, client host rejected, cannot deliver mail for, not "
    "permitted to send to, not allowed to send to, we do not accept mail for, not one of our, no such domain here, "
    "domain isn't in my list, rcpthosts, not hosted here, direct send not allowed, tenantattribution, "
    "tenantinboundattribution, attribution",
)
NOT_OWNED = Words(
    "sender not owned by this sign-in",
    "not owned, sendas, send as, send-as, not allowed to send as, not authorized to send, not authorised to send, not "
    "authorized to use, not permitted to send as, not allowed to use~sender, not allowed~from, must be same, must be "
    "the same, must match, must equal, does not match~login, doesn't match~login, does not match~user, not "
    "match~authenticated, sender~mismatch, mismatch~sender, authorized user, relaying disallowed as, identity, does "
    "not belong, not your~address, sender is not allowed, sender~same as~authenticated",
)
SENDER_WORD = Words(
    "sender",
    "sender, mail from, from address, from:, envelope from, return path, return-path, reverse-path, originator, mailfrom",
)
SENDER_BAD = Words(
    "sender refused",
    "sender~reject, sender~denied, sender~invalid, sender~not valid, sender~not exist, sender~unknown, sender~verif, "
    "sender~not found, sender~not allowed, sender~not permitted, sender~not accept, sender~blocked, sender~refused, "
    "invalid~sender, unknown sender, unverified~sender, bad sender, mail from~invalid, mail from~syntax, mail "
    "from~must, mail from~denied, from address, verification failed for, verify failed, return address, invalid return "
    "path, domain of sender, sender domain, not verified, address is not verified, invalid input from, envelope "
    "blocked, sending domain",
)
SENDER_SYNTAX = Words(
    "syntax of an address",
    "syntax, malformed, bad address, bad address syntax, invalid address, address~invalid, parse, not rfc, cannot be "
    "empty, must contain a domain",
)
UNKNOWN_USER = Words(
    "no such recipient",
    "user unknown, unknown user, unknown recipient, unknown address, unknown mailbox, unknown local, no such user, no "
    "such mailbox, no such recipient, no such person, no such address, no mailbox, does not exist, doesn't exist, not "
    "exist, doesn't have~account, not found, recipient~unknown, recipient not found, recipient~invalid, invalid "
    "recipient, invalid mailbox, invalid user, mailbox not found, mailbox unavailable, account~not exist, not our "
    "customer, address unknown, no longer~account, no longer available, inactive, address rejected: undeliverable, not "
    "a valid, bad destination, recipnotfound, user doesn't have, does not have an, user~not~here, not a known user",
)
RECIPIENT_POLICY = Words(
    "recipient's policy",
    "recipient address rejected, recipient~reject, recipient~denied, recipient~not allowed, not accept~from, "
    "anti-spoofing, antispoofing, policy~reject, reject~policy, policy~violation, policy reasons, local policy, "
    "administratively prohibited, administrative reject, access denied, message rejected, message refused, delivery "
    "not authorized, not authorized, unauthorized, restricted, recipient refused, mailbox unavailable, failure sending "
    "mail, action not taken, blocked, rejected",
)
