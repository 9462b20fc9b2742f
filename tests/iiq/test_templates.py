"""IdentityIQ's templates read, rendered with samples, shown as text and recognised; and hostile ones, which end all the same."""

from __future__ import annotations

import asyncio
import os
from datetime import date
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard.identityiq.reading import XmlProblem
from wizard.identityiq.templates import (
    Argument,
    Part,
    Passage,
    Rendered,
    Template,
    Trouble,
    as_text,
    collect,
    collect_bytes,
    looks_like,
    render_async,
    samples,
)
from wizard.identityiq.templates import rendering as renders
from wizard.identityiq.templates.plain import wrapped
from wizard.identityiq.templates.rendering import in_worker
from wizard.profile import Endpoint, Profile, Security
from wizard.smtp.letter import Letter
from wizard.smtp.message import compose

EXPORT = b"""<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">
<sailpoint>
  <EmailTemplate name="Sign Off" cc="audit@acme.test" bcc="keep@acme.test">
    <Subject>Signed: $certification.name</Subject>
    <Body><![CDATA[
Dear $recipient.displayName,
<b>done</b>
]]></Body>
    <From>iam@acme.test</From>
    <Signature>
      <Inputs>
        <Argument name="certification" type="Certification"><Description>what was signed</Description></Argument>
        <Argument name="recipient"/>
      </Inputs>
    </Signature>
  </EmailTemplate>
  <Workgroup name="no template"/>
  <EmailTemplate name="Bare"/>
</sailpoint>
"""


async def body_of(text: str, *arguments: Argument, **given_values: str) -> Rendered:
    """Render a body alone."""
    return await render_async(Template("t", Passage("s"), Passage(text), arguments=arguments), given_values)


# --- reading --------------------------------------------------------------------------------------------------------------


def test_a_template_is_read_whole_with_the_places_of_its_texts() -> None:
    first, bare = collect_bytes(EXPORT).templates
    assert (first.name, first.cc, first.bcc, first.sender.text) == (
        "Sign Off",
        "audit@acme.test",
        "keep@acme.test",
        "iam@acme.test",
    )
    assert first.arguments == (Argument("certification", "Certification"), Argument("recipient"))
    assert (first.subject.line, first.body.line, first.line) == (5, 6, 4)
    assert "<b>done</b>" in first.body.text
    assert not first.body.markup
    assert (bare.name, bare.subject.text, bare.body.text, bare.signed) == ("Bare", "", "", False)


def test_templates_are_found_in_what_a_console_printed() -> None:
    inner = EXPORT.split(b"<sailpoint>")[1].split(b"<Workgroup")[0]
    said = b"> get EmailTemplate 'Sign Off'\n<?xml version='1.0' encoding='UTF-8'?>\n" + inner + b"\n> quit\n"
    assert [one.name for one in collect_bytes(said).templates] == ["Sign Off"]


def test_an_installation_is_read_where_its_templates_lie_and_what_is_damaged_is_named(tmp_path: Path) -> None:
    config = tmp_path / "WEB-INF" / "config"
    config.mkdir(parents=True)
    (config / "emailtemplates.xml").write_bytes(EXPORT)
    (config / "broken.xml").write_bytes(EXPORT[:300])
    (config / "other.xml").write_text("<sailpoint><Rule name='x'/></sailpoint>")
    (tmp_path / "elsewhere.xml").write_bytes(EXPORT)
    found = collect([tmp_path])
    assert [one.name for one in found.templates] == ["Sign Off", "Bare"]
    assert [note.split(",")[0] for note in found.notes] == [str(config / "broken.xml")]


def test_a_file_that_was_named_itself_and_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.xml").write_bytes(EXPORT[:300])
    with pytest.raises(XmlProblem, match=r"line 9.*inside Body"):
        collect([tmp_path / "broken.xml"])


@pytest.mark.parametrize(
    ("asked", "names"),
    [("Sign Off", ["Sign Off"]), ("sign off", ["Sign Off"]), ("BAR", ["Bare"]), ("off", ["Sign Off"]), ("x", [])],
)
def test_a_name_is_found_exactly_first_and_by_a_piece_of_it_last(asked: str, names: list[str]) -> None:
    assert [one.name for one in collect_bytes(EXPORT).named(asked)] == names


# --- rendering ------------------------------------------------------------------------------------------------------------


async def test_known_arguments_bring_values_a_reader_takes_for_real_ones() -> None:
    text = "$identity.displayName|$workItemName|$workItem.owner.email|$certification.name|$url|$requester.name|$comments"
    made = await body_of(text)
    assert made.complete
    assert made.problems == ()
    assert made.body.split("|")[:3] == ["Jane Doe", "Access review: Mary Ray's team", "mary.ray@example.com"]
    assert "$" not in made.body


async def test_dates_lie_around_today_and_take_javas_patterns() -> None:
    text = '$spTools.formatDate($certification.expiration, "EEEE, d MMMM yyyy HH:mm") $certification.expiration'
    template = Template("t", Passage("s"), Passage(text))
    made = await render_async(template, today=date(2026, 11, 24))
    assert made.body == "Tuesday, 1 December 2026 15:04 Tue Dec 01 15:04:00 UTC 2026"


async def test_links_begin_at_the_server_root() -> None:
    template = Template("t", Passage("s"), Passage('$spTools.formatURL("workitem/x.jsf") $url'))
    made = await render_async(template, root="https://iiq.acme.test/identityiq/")
    assert made.body.startswith("https://iiq.acme.test/identityiq/workitem/x.jsf https://iiq.acme.test/identityiq/")


async def test_arguments_get_samples_by_their_declared_type() -> None:
    declared = (
        Argument("n", "int"),
        Argument("when", "Date"),
        Argument("rows", "List"),
        Argument("who", "sailpoint.object.Identity"),
    )
    text = (
        '#foreach($row in $rows)$row #end#if($n > 2)many#end $spTools.formatDate($when, "yyyy") $who.displayName $odd.thing.name'
    )
    made = await body_of(text, *declared, Argument("odd"))
    assert made.body.startswith("[rows 1] [rows 2] many 20")
    assert made.body.endswith("Jane Doe [odd.thing.name]")


async def test_a_given_value_beats_the_sample() -> None:
    made = await body_of("$workItemName $mine", workItemName="Quarter 4", mine="own")
    assert made.body == "Quarter 4 own"


async def test_the_subject_is_one_line() -> None:
    made = await render_async(Template("t", Passage("\n  Hello\n  #if($identity)there#end\n"), Passage("b")))
    assert made.subject == "Hello there"


async def test_a_mistake_is_told_with_its_line_and_the_part_it_stands_in() -> None:
    made = await render_async(Template("t", Passage("fine"), Passage("one\ntwo\n  #foreach($i of $l)\n#end")))
    [problem] = made.problems
    assert (problem.trouble, problem.part, problem.line) == (Trouble.SYNTAX, Part.BODY, 3)
    assert made.subject == "fine"
    assert not made.complete


async def test_a_mistake_inside_a_string_is_found_at_its_place_in_the_whole_text() -> None:
    made = await body_of('one\n#set($x = "a $nope b")$x')
    [problem] = made.problems
    assert (problem.trouble, problem.message, problem.line, problem.column) == (Trouble.UNRESOLVED, "$nope", 2, 14)


async def test_every_sample_of_ours_renders_without_a_word() -> None:
    made = [await render_async(one) for one in samples()]
    assert [one.problems for one in made] == [()] * len(made)
    assert [one.html for one in made].count(True) == 1
    assert all("$" not in one.subject + one.body for one in made)


# --- hostile templates ------------------------------------------------------------------------------------------------------

ENDLESS = {
    "nested loops": "#foreach($a in [1..900000])#foreach($b in [1..900000])$b#end#end",
    "a loop without output": "#foreach($a in [1..900000])#foreach($b in [1..900000])#end#end",
    "a range of billions": "#foreach($a in [1..4000000000])x#end",
    "a macro that calls itself": "#macro(m)#m()#m()#end#m()",
    "doubling text": '#set($x = "ab")#foreach($i in [1..60])#set($x = "$x$x")#end$x',
    "doubling by replace": '#set($x = "aaaaaaaaaa")#foreach($i in [1..60])#set($x = $x.replace("a", "aa"))#end',
    "adding numbers without end": "#set($x = 9)#foreach($i in [1..60])#set($x = $x * $x)#end$x",
    "a list that holds itself": "#set($l = [1])#set($y = $l.add($l))$l",
    "lists of lists": "#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end$l",
    "an evaluate that evaluates itself": "#set($x = '#evaluate($x)')#evaluate($x)",
    "deep parentheses": f"#set($x = {'(' * 3000}1{')' * 3000})$x",
    "deep conditions": "#if($n)" * 3000 + "#end" * 3000,
    "deep references": "${a[" * 300,
    "deep arrays": "#set($x = " + "[" * 400,
    "a slow pattern": '#set($x = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")$x.matches("(a+)+b")',
    "a huge text": "$identity " * 60_000 + '#set($x = "$x")',
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_a_template_without_an_end_ends_all_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renders, "DEADLINE", 2.0)
    made = await body_of(ENDLESS[name])
    assert isinstance(made, Rendered)
    assert len(made.body) <= 1_000_001


async def test_after_one_that_hangs_the_next_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renders, "DEADLINE", 0.5)
    slow, fine = (
        Template(name, Passage("s"), Passage(text)) for name, text in (("slow", ENDLESS["a slow pattern"]), ("fine", "ok"))
    )
    first, second = await renders.render_all([slow, fine])
    assert first.problems[0].trouble is Trouble.TOO_MUCH
    assert second.body == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "$identity.__class__",
        "$workItemName.__class__.__mro__",
        "$comments.format('{0.__class__}')",
        '$identity["__class__"]',
        '$workItem.get("__class__").__subclasses__()',
        "#set($x = $spTools.getClass().forName('java.lang.Runtime'))$x.exec('id')",
        "$spTools.__init__.__globals__",
        "$identity.fields.label $identity.text",
        '#include("/etc/passwd")',
        '#parse("/etc/passwd")',
        "$foreach.__class__ #foreach($i in [1])$foreach.__class__#end",
        "${workItemName.encode('rot13')}",
        "$comments.join.__self__",
    ],
)
async def test_no_template_reaches_python_or_a_file(text: str) -> None:
    made = await body_of(text)
    for forbidden in ("<class", "object at 0x", "built-in", "function", "root:", "{'", "<slot", "<module"):
        assert forbidden not in made.body
    assert "uid=" not in made.body


async def test_the_process_that_renders_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_WIZARD_PASSWORD", "in-the-environment")
    process = await renders._started()
    try:
        environment = await asyncio.to_thread(Path(f"/proc/{process.pid}/environ").read_bytes)
    finally:
        await renders._ended(process)
    assert b"in-the-environment" not in environment
    assert b"SMTP_WIZARD" not in environment


async def test_a_cancelled_rendering_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[asyncio.subprocess.Process] = []
    begun = asyncio.Event()
    real = renders._started

    async def noted() -> asyncio.subprocess.Process:
        started.append(await real())
        begun.set()
        return started[-1]

    monkeypatch.setattr(renders, "_started", noted)
    task = asyncio.create_task(body_of(ENDLESS["a slow pattern"]))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert started[0].returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)


_PIECES = st.sampled_from(
    [
        *(
            "$x",
            "${x}",
            "$!{x.y}",
            "$x.y(",
            ")",
            "#if(",
            "#if($x)",
            "#else",
            "#elseif($y)",
            "#end",
            "#foreach($i in $l)",
            "#set($x = ",
        ),
        *(
            '"',
            "'",
            "#macro(m $a)",
            "#m($x)",
            "#{else}",
            "[1..3]",
            "{",
            "}",
            "[",
            "]",
            "==",
            "&&",
            "!",
            "\\",
            "$",
            "#",
            "##",
            "#*",
        ),
        *("*#", "#[[", "]]#", "$l.get(9)", "$x.substring(1)", "#break", "#stop", "#define($d)", "\n", " ", "1.5", "-3", "null"),
        *("true", "ä€😀", "\x00", "$s.length()"),
    ]
)
_TEMPLATES = st.one_of(st.lists(_PIECES, max_size=14).map("".join), st.text(max_size=40))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_TEMPLATES, min_size=20, max_size=40))
def test_whatever_a_template_holds_it_gets_an_answer(texts: list[str]) -> None:
    given_values = {"s": "text", "l": ["a", "b"], "x": "ex"}
    jobs: list[dict[str, Any]] = [{"texts": {"body": one}, "arguments": [], "given": given_values} for one in texts]
    answers = asyncio.run(in_worker(jobs))
    for text, answer in zip(texts, answers, strict=True):
        assert answer is not None, f"no answer to {text!r}"
        for problem in answer["body"]["problems"]:
            assert -1 <= problem["offset"] <= len(text)


# --- as text ----------------------------------------------------------------------------------------------------------------


def test_html_becomes_text_with_links_lists_and_tables() -> None:
    html = """<html><head><title>no</title><style>p {}</style></head><body>
    <h1>Hello</h1><p>Please <a href="https://iam.test/x">look here</a>,<br>today &amp; tomorrow.</p>
    <ul><li>one<li>two</ul><ol><li>first</li><li>second</li></ol>
    <table><tr><th>Name</th><th>Role</th></tr><tr><td>Jane</td><td>Accountant</td></tr></table>
    <blockquote>said</blockquote><img src="x" alt="Logo"><script>no()</script></body></html>"""
    assert as_text(html).splitlines() == [
        *("Hello", "", "Please look here <https://iam.test/x>,", "today & tomorrow.", ""),
        *("* one", "* two", "", "1. first", "2. second", ""),
        *("Name  Role", "Jane  Accountant", "", "> said", "[Logo]"),
    ]


def test_a_table_too_wide_for_the_screen_becomes_lines() -> None:
    cell = "word " * 20
    text = as_text(f"<table><tr><td>{cell}</td><td>{cell}</td></tr></table>", 60)
    assert max(map(len, text.splitlines())) <= 60
    assert text.count("word") == 40


def test_plain_text_keeps_its_indents_and_long_words() -> None:
    link = "https://iam.example.com/" + "x" * 90
    lines = wrapped(f"  - {'word ' * 30}\n\n{link}", html=False, width=40)
    assert all(len(line) <= 40 for line in lines if link not in line)
    assert lines[0].startswith("  - word")
    assert lines[1].startswith("  word")
    assert link in lines


_TAGS = st.sampled_from(
    [
        *("<table>", "<tr>", "<td>", "</table>", "<li>", "<ul>", "<pre>", "x ", "<a href=y>", "</a>", "<b", "&#x;", "<!--"),
        *("<body>", "<head>", "<blockquote>", "</ul>", "</pre>", "<br>", "<hr>", "<img>"),
    ]
)


@given(st.text(max_size=300) | st.lists(_TAGS, max_size=30).map("".join))
def test_any_html_becomes_text(html: str) -> None:
    assert isinstance(as_text(html), str)


# --- as a letter ------------------------------------------------------------------------------------------------------------


def test_a_letter_is_one_proper_message_whatever_its_template_holds() -> None:
    profile = Profile(Endpoint("h", 25, Security.NONE), sender="a@b.test", recipient="c@d.test")
    letter = Letter(
        "Hi\r\nBcc: x@y.test\x00 €", "word " * 1000 + "\n.\nFrom me\n", "<html><body>" + "x" * 3000 + "</body></html>"
    )
    made = compose(profile, "cafe0123", eight_bit=True, utf8=False, letter=letter)
    assert all(len(line) <= 998 for line in made.split(b"\r\n"))
    message = message_from_bytes(made, policy=default)
    assert (message["Subject"], message["Bcc"]) == ("Hi Bcc: x@y.test €", None)
    text, rich = (str(message.get_body([kind])) for kind in ("plain", "html"))
    assert "Token: cafe0123" in text
    assert "Token: cafe0123</p>" in rich.replace("=\n", "")


# --- recognising ------------------------------------------------------------------------------------------------------------

KNOWN = (
    Template(
        "Sign Off Approval", Passage("Please approve the sign-off of $certification.name"), Passage("Dear $x, all decided.")
    ),
    Template("Reminder", Passage("Reminder: ${certification.name} is due #if($late)and late#{else}soon#end"), Passage("Hurry")),
    Template("Anything", Passage("$subject"), Passage("The weekly summary of requests for $name follows below.")),
    Template("Twin A", Passage("Work item $n"), Passage("text A of the first twin $x")),
    Template("Twin B", Passage("Work item $n"), Passage("other words in the second twin $x")),
)


@pytest.mark.parametrize(
    ("subject", "body", "name"),
    [
        ("Please approve the sign-off of Finance Q4", "", "Sign Off Approval"),
        ("Re: Please approve the sign-off of Finance Q4", "", ""),
        ("Reminder: Finance Q4 is due soon", "", "Reminder"),
        ("Whatever it is", "The weekly summary of requests for Jane follows below.", "Anything"),
        ("Work item 42", "<p>text A of the first  twin</p> 7", "Twin A"),
        ("Work item 42", "other words in the second twin 7", "Twin B"),
        ("Work item 42", "", ""),
        ("Lunch?", "at noon", ""),
        ("", "", ""),
    ],
)
def test_a_mail_is_recognised_by_what_is_fixed_in_its_template(subject: str, body: str, name: str) -> None:
    assert looks_like(subject, body, KNOWN) == name


async def test_each_sample_recognises_its_own_mail() -> None:
    for one in samples():
        made = await render_async(one)
        assert looks_like(made.subject, made.body, samples()) == one.name
