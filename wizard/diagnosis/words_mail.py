"""Word families about clients, senders, recipients and messages; see words.py for the form."""

from __future__ import annotations

from wizard.diagnosis.when import Words

BLOCKLIST = Words(
    "blocklist, reputation, address of the client",
    "spamhaus, barracudacentral, spamcop, sorbs, uceprotect, invaluement, dnsbl, rbl, blacklist, black list, "
    "blocklist, block list, blocked using, blocked by~reputation, reputation, listed at, listed in, listed on, listed "
    "by, reverse hostname, reverse dns, ptr record, ptr lookup, rdns, ip address~blocked, ip~blocked, ip~banned, ip "
    "address~rejected, ip address~not allowed, from your ip, from this ip, banned sending ip, sending ip, your ip, ip "
    "is not, bad reputation, originating from your, address~listed, network is on our block, dynamic ip, dul, "
    "residential, user complaints, ipcheck, unauthorized ip",
)
HELO = Words(
    "HELO or EHLO name",
    "helo, ehlo, fully-qualified hostname, fully qualified hostname, invalid hostname, host name~invalid, invalid "
    "domain name~greeting",
)
BUSY = Words(
    "busy, try later",
    "too busy, system resources, insufficient system, insufficient disk, temporarily unavailable, temporarily unable, "
    "temporarily refused, temporary local, temporary failure, temporary problem, temporary error, temporarily "
    "deferred, local error in processing, local problem, queue file, server error, try again later, try later, "
    "shutting down, overload, load average, out of memory, lookup failure, lookup error, internal error",
)
NO_SERVICE = Words(
    "no service here",
    "no smtp service, not accepting mail, not accepting messages, does not accept mail, doesn't accept mail, service "
    "not available, service unavailable, service is unavailable, not an active, mail is not accepted, system not "
    "accepting, no mail service, service disabled",
)
GREYLIST = Words(
    "greylisting",
    "greylist, graylist, grey list, gray list, grey-list, postgrey, come back later, please retry in, try again in, "
    "first contact, deferred~unknown sender",
)
RATE = Words(
    "rate, throttling, too many",
    "rate limit, at a rate, ratelimit, rate-limit, rate~exceed, rate~high, rate limited, throttl, too many, too much mail, "
    "too fast, "
    "frequency, limit exceeded, limits exceeded, exceeded~limit, exceeds~limit, limit~reached, limit~exceeded, "
    "exceeded~quota for sending, sending limit, sending quota, sending rate, hourly, per hour, per minute, per second, "
    "messages per, concurrent connection, maximum~connection, connections~exceed, connection limit, thread limit, "
    "unusual rate, unusual sending, submission rate",
)
QUOTA = Words(
    "not activated, sandbox, daily quota",
    "not~activated, not~subscribed, activate your, sandbox, identities failed the check, email address is not "
    "verified, daily message quota, daily quota, daily~limit, daily~quota, daily sending, monthly, maximum credits, "
    "credits, trial account, free account, free plan, test account, authorized recipient, upgrade your, subscription, "
    "payment, out of quota, sending paused, sending is disabled, account~paused, pending approval",
)
FULL = Words(
    "mailbox full",
    "mailbox~full, mailbox~exceed, inbox~full, inbox~out of storage, over quota, overquota, over~quota, quota~exceed, "
    "quota~full, exceed~quota, exceeded storage, storage allocation, out of storage, storage quota, not enough "
    "storage, no space left in, insufficient storage",
)
TOO_LARGE = Words(
    "message too large",
    "too large, too big, message size, size limit, maximum~size, size~exceed, exceed~size, exceeds~maximum message, larger than",
)
SPAM = Words(
    "spam, content, policy on the message",
    "spam, content~reject, reject~content, reject~contents, unsolicited, virus, malware, malicious, phish, suspicious, "
    "message~blocked, content filter, content~policy, policy~content, message content, contains~url, contains~link, "
    "blocked attachment, attachment~not allowed, bulk mail, junk, high probability, message rejected~policy, dt:spm",
)
LINES = Words(
    "lines, encoding, headers",
    "bare lf, smtplf, line is too long, bare line feed, bare newline, bare <lf>, bare <cr>, bare cr, smtputf8, "
    "8bitmime, 8-bit, non-ascii, non ascii, utf-8, line too long, line length, lines longer, maximum allowed line, "
    "invalid character, rfc 5322, rfc 2822, rfc5322, rfc2822, from: header, no from, missing~header, "
    "duplicate header, multiple~header, header~missing, message format, internationalized, malformed header, "
    "cannot decode",
)
DOMAIN_AUTH = Words(
    "SPF, DKIM, DMARC",
    "spf, dkim, dmarc, sender policy framework, domain~authentication, unauthenticated email, unauthenticated mail, "
    "email authentication, does not pass authentication, not pass~authentication, is unauthenticated",
)
