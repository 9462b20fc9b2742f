"""DMARC of the From domain: its policy, its form, and whether SPF speaks for the same domain. Must not know MX or reverse DNS."""

from __future__ import annotations

import asyncio

from wizard.diagnosis.model import Severity
from wizard.domain import relays
from wizard.domain.asking import Asker
from wizard.domain.dmarc_record import POLICIES, parse
from wizard.domain.dmarc_tree import Step, Tree, climb
from wizard.domain.model import Part, Publish, fact, found, unknown

_TELLS = {
    "none": "receivers only report what fails",
    "quarantine": "receivers should put what fails into spam",
    "reject": "receivers should refuse what fails",
}


async def examine(asker: Asker, domain: str, envelope_domain: str, relay: relays.Relay | None) -> Part:
    """Judge the From domain's policy, and the envelope sender's domain against it. Raises nothing."""
    trees = await asyncio.gather(*(climb(asker, name) for name in dict.fromkeys((domain, envelope_domain))))
    tree, envelope = trees[0], trees[-1]
    policy = tree.policy
    if tree.silent and (policy is None or tree.silent[0].name == domain):
        step = tree.silent[0]
        return unknown(
            f"The DMARC policy of {domain}: the resolver did not say what stands at _dmarc.{step.name} ({step.silent})."
        )
    broken = _broken(tree, policy)
    if policy is None or policy.record is None:
        return broken if broken.findings else fact("DMARC", "none") | _missing(domain)
    effective = policy.record.policy if policy.name == domain else policy.record.policy_below()
    told = f"{policy.record.text} (at _dmarc.{policy.name}): {_TELLS[effective]}"
    return fact("DMARC", told) | broken | _aligned(tree, envelope, policy, relay)


def _missing(domain: str) -> Part:
    provider = relays.owner(domain)
    value = f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    return found(
        "dmarc-missing",
        f"{domain} has no DMARC policy",
        "Large mailbox providers want one from whoever sends much, and without it nobody tells you about mail that fails.",
        seen=f"no record at _dmarc.{domain}, nor at the domains above it",
        severity=Severity.INFO if provider else Severity.WARNING,
        publish=() if provider else (Publish("dmarc-missing", f"_dmarc.{domain}", "TXT", value),),
        advice=(f"{domain} belongs to {provider.name}: only they can publish it.",)
        if provider
        else ("It asks for reports and changes nothing else. Name a mailbox behind rua= that somebody reads.",),
    )


def _broken(tree: Tree, policy: Step | None) -> Part:
    """What breaks a rule at the domain itself, or where its policy comes from."""
    part = Part()
    for step in tree.steps:
        near = step in (tree.steps[0], policy) or (policy is None and step.name.count(".") > 0)
        texts = step.several or ((step.record.text,) if step.record else step.meant)
        problem = _problem(step)
        if near and problem:
            mildest = min((parse(text) for text in texts), key=lambda record: POLICIES.index(record.policy))
            publish = Publish("dmarc-invalid", f"_dmarc.{step.name}", "TXT", mildest.mended, texts)
            part |= found(
                "dmarc-invalid",
                f"The DMARC record of {step.name} breaks a rule",
                f"{problem}. Receivers ignore what they cannot read, and a second record makes both worthless.",
                seen=" and ".join(texts),
                publish=(publish,),
            )
    return part


def _problem(step: Step) -> str:
    if step.several:
        return f"There are {len(step.several)} records, only one is allowed"
    if step.record:
        return step.record.problems[0][0].upper() + step.record.problems[0][1:] if step.record.problems else ""
    return "It does not begin with v=DMARC1; in just these letters" if step.meant else ""


def _aligned(tree: Tree, envelope: Tree, policy: Step, relay: relays.Relay | None) -> Part:
    strict = policy.record is not None and policy.record.tags.get("aspf") == "s"
    domain, other = tree.domain, envelope.domain
    if other != domain and envelope.silent and not strict:
        return unknown(f"Whether {other} and {domain} are one organisation: the resolver did not say.")
    same = other == domain or (not strict and envelope.organisation == tree.organisation)
    if not same:
        return found(
            "dmarc-not-aligned",
            f"SPF speaks for {other}, recipients see {domain}",
            "DMARC counts SPF only where the envelope sender's domain is the From domain"
            + (" itself (aspf=s)." if strict else ", or both belong to one organisation."),
            seen=f"envelope sender {other}, From {domain}; {policy.record.text if policy.record else ''}",
            advice=(f"Send with an envelope sender of {domain}, or have the mail signed with DKIM as {domain}.",),
        )
    if relay and relay.rewrites and relays.owner(domain) is None:
        name = relay.provider.name
        return found(
            "dmarc-not-aligned",
            f"{name} puts an envelope sender of its own",
            f"SPF then speaks for {name}, not for {domain}: DMARC passes only with a DKIM signature as {domain}.",
            seen=f"mail server of {name}",
            severity=Severity.INFO,
            advice=(f"Set up DKIM for {domain} at {name}, or an envelope domain below {domain}: {relay.source}",),
        )
    return fact("Alignment", f"envelope sender {other} and From {domain} belong together")
