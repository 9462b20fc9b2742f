"""What the lint of templates says, of what it says nothing, and where it says the trouble is."""

from __future__ import annotations

import pytest

from wizard.identityiq.templates import Argument, Passage, Template, TemplateFlaw, collect_bytes, lint, render_async, samples
from wizard.identityiq.templates.headers import address_of
from wizard.profile import Endpoint, Login, Profile, Security

GOOD = Template(
    "Good",
    Passage("Hello $identity.displayName", 3, 5),
    Passage("Dear $identity.displayName,\nbye\n", 4, 5),
    arguments=(Argument("identity"),),
    signed=True,
    line=2,
)
PROFILE = Profile(Endpoint("smtp.acme.test", 587, Security.STARTTLS), login=Login("iam@acme.test"), sender="iam@acme.test")
MICROSOFT = PROFILE._replace(endpoint=Endpoint("smtp.office365.com", 587, Security.STARTTLS))


async def flaws_of(template: Template, profile: Profile | None = None) -> list[TemplateFlaw]:
    """Render and examine."""
    return list(lint(template, await render_async(template), profile=profile))


async def ids_of(template: Template, profile: Profile | None = None) -> list[str]:
    """The ids without what all begin with."""
    return [one.finding.id.removeprefix("iiq-template-") for one in await flaws_of(template, profile)]


def body(text: str) -> Template:
    """The good template with another body."""
    return GOOD._replace(body=Passage(text, 4, 5))


async def test_nothing_is_said_of_a_good_template_nor_of_our_own() -> None:
    assert await ids_of(GOOD, PROFILE) == []
    for one in samples():
        assert await ids_of(one, PROFILE) == []


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (GOOD._replace(name=""), ["no-name"]),
        (GOOD._replace(subject=Passage()), ["no-subject"]),
        (GOOD._replace(subject=Passage("$!identity.nickname.nothing#if(false)x#end")), []),
        (GOOD._replace(subject=Passage("#if(false)x#end")), ["no-subject"]),
        (GOOD._replace(subject=Passage("Hello\nthere")), ["subject-lines"]),
        (GOOD._replace(subject=Passage("x" * 201)), ["subject-long"]),
        (GOOD._replace(subject=Passage("Gr\u00c3\u00bc\u00c3\u009fe")), ["garbled"]),
        (GOOD._replace(subject=Passage("Tom &amp; Jerry")), ["garbled"]),
        (GOOD._replace(subject=Passage("Grüße €")), []),
        (GOOD._replace(body=Passage("")), ["empty-body"]),
        (body("#if(false)x#end"), ["empty-body"]),
        (body("<p>tags</p>"), ["html-unmarked"]),
        (body("<html><p>tags</p></html>"), []),
        (body("a < b and c > d"), []),
        (body("x" * 999), ["long-line"]),
        (GOOD._replace(body=Passage("x", 4, 5, True)), ["body-markup"]),
        (body("#if($identity)x"), ["syntax"]),
        (body("x#end"), ["syntax"]),
        (body("#if($identity == null)x#end"), ["syntax"]),
        (body('$identity.name.substring(90) #set($x = "a")$x.substring(9)'), ["evaluation"]),
        (body("#macro(m)#m()#end#m()"), ["endless"]),
        (body("x #set(${x} = 1)"), ["set-nothing"]),
        (body('#set($x = "a")$x.format("b")'), ["not-imitated"]),
        (body('#set($x = {"a": 1})$x.b $!x.c'), ["unresolved"]),
        (body("#macro(m)x#end#@m()inner#end"), ["not-imitated"]),
        (body('#include("other.txt")'), ["evaluation"]),
        (body("$nobody $nobody.name $!nobody"), ["unknown-argument"]),
        (body("#foreach($i in $identity.links)$i $foreach.index $velocityCount#end#macro(m $a)$!a#end#m(1)"), []),
        (body("$workItemName $spTools.formatDate($certification.created)"), ["undeclared"]),
        (GOOD._replace(sender=Passage("admin@example.com")), ["from-example"]),
        (GOOD._replace(sender=Passage("IAM Team <iam@acme.test>")), []),
        (GOOD._replace(sender=Passage("nobody")), ["from-not-address"]),
        (GOOD._replace(sender=Passage("a@acme.test, b@acme.test")), ["from-not-address"]),
        (GOOD._replace(sender=Passage("jürgen@acme.test")), ["from-not-ascii", "from-other"]),
        (GOOD._replace(sender=Passage("iam@other.test2")), ["from-other"]),
        (GOOD._replace(sender=Passage("$identity.email")), ["from-other"]),
        (GOOD._replace(cc="a@acme.test, b@acme.test; c@acme.test"), []),
        (GOOD._replace(cc="a@acme.test, the boss"), ["cc-not-address"]),
        (GOOD._replace(bcc="audit@example.org"), ["bcc-example"]),
        (GOOD._replace(cc="$identity.email"), []),
    ],
)
async def test_each_flaw_is_named_and_nothing_else(template: Template, expected: list[str]) -> None:
    assert await ids_of(template, PROFILE) == expected


async def test_a_flaw_says_its_line_in_the_text_and_in_the_file() -> None:
    [one] = await flaws_of(body("Dear $identity.name,\n\n  see $nobody.name\n"))
    assert (one.part, one.line, one.column, one.file_line) == ("body", 3, 7, 6)
    assert "$nobody.name" in one.finding.meaning


async def test_lines_are_those_of_the_file_it_was_read_from() -> None:
    body = b"<Body><![CDATA[one\ntwo $nobody\n]]></Body>"
    text = b'<sailpoint>\n<EmailTemplate name="x">\n<Subject>s</Subject>\n' + body + b"\n</EmailTemplate></sailpoint>"
    [template] = collect_bytes(text).templates
    [one] = await flaws_of(template)
    assert text.splitlines()[one.file_line - 1] == b"two $nobody"


async def test_an_unclosed_directive_is_told_by_the_line_it_begins_in() -> None:
    [one] = await flaws_of(body("one\n#if($identity)\nthree\nfour\n"))
    assert one.finding.title == "The #if of line 2 is not closed"


@pytest.mark.parametrize(("written", "meant"), [("$identty.name", "$identity"), ("$identity-id", "${identity}-id")])
async def test_a_slip_is_answered_with_what_was_probably_meant(written: str, meant: str) -> None:
    [one] = await flaws_of(body(written))
    assert one.finding.remedies[0].label == f"Perhaps you mean {meant}."


async def test_without_a_signature_only_names_that_no_event_brings_are_told() -> None:
    assert await ids_of(GOOD._replace(arguments=(), signed=False, body=Passage("$workItemName $nobody"))) == ["unknown-argument"]


async def test_a_from_of_the_same_domain_is_worth_a_word_and_at_microsoft_a_warning() -> None:
    template = GOOD._replace(sender=Passage("other@acme.test"))
    [told] = await flaws_of(template, PROFILE)
    [warned] = await flaws_of(template, MICROSOFT)
    assert (told.finding.severity, warned.finding.severity) == ("info", "warning")
    assert "5.7.60" in warned.finding.meaning
    assert await ids_of(template) == []


async def test_errors_come_first() -> None:
    template = GOOD._replace(cc="nobody", subject=Passage(), body=Passage("$nobody"), sender=Passage("a@b@c"))
    severities = [str(one.finding.severity) for one in await flaws_of(template)]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert len(severities) == 4


async def test_every_sentence_is_calm_and_every_flaw_says_what_to_do() -> None:
    worst = GOOD._replace(
        name="", cc="x", subject=Passage("Gr\u00c3\u00bc\n$a"), body=Passage("<p>$b $c-d #set(${e} = 1)"), sender=Passage("q")
    )
    found = await flaws_of(worst)
    assert len(found) >= 8
    for one in found:
        assert one.finding.remedies, one.finding.id
        assert "!" not in (one.finding.title + one.finding.meaning).replace("$!", "")


def test_rendered_now_when_nobody_has() -> None:
    assert [one.finding.id for one in lint(body("$nobody"))] == ["iiq-template-unknown-argument"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a@b.test", "a@b.test"),
        ("A B <a@b.test>", "a@b.test"),
        ("a", ""),
        ("", ""),
        ("a@b.test c@d.test", ""),
        ("a@b.test,c@d.test", ""),
    ],
)
def test_one_address_is_told_from_none_and_from_two(text: str, address: str) -> None:
    assert address_of(text) == address
