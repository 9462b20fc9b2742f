"""Every source of IdentityIQ's settings is read the same; damage is told with its place; nothing hostile does harm."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.iiq import exports
from tests.iiq.exports import SECRET, USUAL, bare, configuration, console, export, merge, request, template
from wizard.identityiq.handover.merge import merge_xml
from wizard.identityiq.reading import Export, XmlProblem, read_bytes, read_file, read_text, stream
from wizard.identityiq.reading.stream import DEEPEST, LARGEST_OBJECT, LONGEST_TAG
from wizard.identityiq.settings import Entry, Form, Key, PasswordForm, Settings

ROOT = Path(__file__).parents[2]
SHOWN = {key: value.removeprefix("<SmtpEncryptionType>") for key, value in USUAL.items() if key != "smtp_password"}


def settings_of(export: Export) -> Settings:
    assert export.settings is not None
    return export.settings


def values_of(export: Export) -> dict[str, str]:
    return {entry.key: entry.value for entry in settings_of(export).entries if entry.key != "smtp_password"}


def problem_of(read: Callable[[], object]) -> XmlProblem:
    with pytest.raises(XmlProblem) as caught:
        read()
    return caught.value


ONE = configuration()
SOURCES: dict[str, str] = {
    "a bare object": bare(ONE),
    "an object without declaration": ONE,
    "an export": export(template("A"), ONE, '<Bundle name="B"/>'),
    "a merge file": merge(ONE),
    "console output": console(("get Configuration SystemConfiguration", bare(ONE))),
    "console output, several objects": console(
        ('get RequestDefinition "Email Request"', bare('<RequestDefinition name="Email Request" retryMax="20"/>')),
        ("get Configuration SystemConfiguration", bare(ONE)),
    ),
    "console output in colours": f"\x1b[1m> \x1b[0mget\x1b[32m\n{bare(ONE)}\x1b[0m\r\n> ",
    "an object and a prompt behind it": f"{bare(ONE)}\n> quit\n",
    "two objects after another": bare(ONE) + bare('<Bundle name="B"/>'),
    "the Debug page, copied": f"Object Browser\nConfiguration\n{bare(ONE)}\nSave  Cancel\n",
    "the Debug page, escaped": exports.html.escape(bare(ONE)),
    "the Debug page, saved": exports.page(bare(ONE)),
    "line numbers before the lines": exports.numbered(bare(ONE)),
    "line numbers between the lines": exports.numbers_between(bare(ONE)),
    "a browser's tree of the XML": "This XML file does not appear to have any style information.\n"
    + ONE.replace("<Map>", "▼<Map>"),
    "Windows line ends": bare(ONE).replace("\n", "\r\n"),
    "the map alone": ONE[ONE.index("<Map>") : ONE.index("</Attributes>")],
    "the entries alone": ONE[ONE.index("<Map>") + 5 : ONE.index("</Map>")],
}


@pytest.mark.parametrize("text", SOURCES.values(), ids=SOURCES)
def test_every_source_says_the_same(text: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.txt"
    file.write_text(text, newline="")

    for read in (read_file(file), read_text(text, "what was pasted")):
        settings = settings_of(read)
        assert values_of(read) == SHOWN
        assert settings.password is not None
        assert settings.password.reveal() == SECRET
        assert settings.password_form is PasswordForm.SHARED_KEY
        encryption = settings.entry(Key.ENCRYPTION)
        assert encryption is not None
        assert (encryption.form, encryption.type) == (Form.ELEMENT, "SmtpEncryptionType")


UMLAUT = configuration(defaultEmailFromAddress="jörg@acme.test")
ENCODINGS: dict[str, bytes] = {
    "UTF-8": bare(UMLAUT).encode(),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + bare(UMLAUT).encode(),
    "UTF-16 with a mark, declared UTF-8": bare(UMLAUT).encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + bare(UMLAUT).encode("utf-16-be"),
    "UTF-16 that has lost its mark": bare(UMLAUT).encode("utf-16-le"),
    "UTF-8, declared UTF-16": bare(UMLAUT).replace("UTF-8", "UTF-16").encode(),
    "Latin-1": bare(UMLAUT).replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "Windows-1252": bare(UMLAUT).replace("UTF-8", "windows-1252").encode("cp1252"),
    "console output in Windows-1252": console(("get", bare(UMLAUT))).encode("cp1252"),
    "console output in UTF-16": console(("get", bare(UMLAUT))).encode("utf-16"),
}


@pytest.mark.parametrize("data", ENCODINGS.values(), ids=ENCODINGS)
def test_every_encoding_is_read(data: bytes) -> None:
    assert values_of(read_bytes(data, "f"))["defaultEmailFromAddress"] == "jörg@acme.test"


def test_a_packed_export_is_read(tmp_path: Path) -> None:
    file = tmp_path / "export.xml.gz"
    file.write_bytes(gzip.compress(export(ONE).encode()))

    assert values_of(read_file(file)) == SHOWN


def test_a_damaged_packed_export_is_told(tmp_path: Path) -> None:
    file = tmp_path / "export.xml.gz"
    file.write_bytes(gzip.compress(export(ONE).encode())[:-30])

    assert "damaged or not complete" in str(problem_of(lambda: read_file(file)))


def test_each_entry_knows_its_place() -> None:
    settings = settings_of(
        read_bytes(
            b'<sailpoint>\n<Configuration name="SystemConfiguration"><Attributes><Map>\n'
            b'   <entry key="defaultEmailHost" value="a"/></Map></Attributes></Configuration></sailpoint>',
            "f",
        )
    )

    assert [(entry.key, entry.line, entry.column) for entry in settings.entries] == [("defaultEmailHost", 3, 4)]


def test_a_place_in_console_output_is_that_of_the_whole_text() -> None:
    text = f"> get\n> {exports.small(smtp_host='a')}"
    (entry,) = settings_of(read_text(text, "f")).entries

    assert text.splitlines()[entry.line - 1][entry.column - 1 :].startswith('<entry key="smtp_host"')


# --- what the objects say ---------------------------------------------------------------------------------------------------


def test_forms_and_doubled_and_invented_entries_stay_as_they_are() -> None:
    more = (
        '<entry key="defaultEmailPort" value="25"/><entry key="smtp_host" value="x"/><entry key="defaultEmailGap"/>'
        '<entry key="suppressDuplicateEmails"><value><Boolean/></value></entry>'
        '<entry key="emailNotifierSendImmediately"><value>\n<Boolean>\ntrue\n</Boolean></value></entry>'
    )
    settings = settings_of(read_text(configuration(more=more, defaultEmailHost="smtp.acme.test "), "f"))

    assert [entry.value for entry in settings.entries if entry.key == Key.PORT] == ["587", "25"]
    assert settings.value(Key.HOST) == "smtp.acme.test "
    assert settings.entry("smtp_host") is not None
    gap = settings.entry(Key.GAP)
    assert gap is not None
    assert (gap.form, gap.value) == (Form.ABSENT, "")
    assert settings.value(Key.SUPPRESS_DUPLICATES) == "false"
    assert settings.value(Key.IMMEDIATELY) == "true"
    assert not settings.merged


def test_an_entry_inside_another_ones_value_is_not_a_setting() -> None:
    inner = '<entry key="other"><value><Map><entry key="defaultEmailHost" value="evil.test"/></Map></value></entry>'

    assert values_of(read_text(configuration(more=inner), "f"))["defaultEmailHost"] == "smtp.acme.test"


def test_another_configuration_does_not_count() -> None:
    other = configuration(defaultEmailHost="other.test").replace("SystemConfiguration", "LocalConfiguration")

    assert read_text(other, "f").settings is None
    assert values_of(read_text(export(other, ONE, other), "f")) == SHOWN


def test_a_merge_after_an_export_changes_only_what_it_names() -> None:
    change = exports.small(defaultEmailPort="25")
    together = settings_of(read_text(export(ONE, '<ImportAction name="merge">', change, "</ImportAction>"), "f"))
    alone = settings_of(read_text(merge(change), "f"))

    assert together.value(Key.PORT) == "25"
    assert together.value(Key.HOST) == "smtp.acme.test"
    assert together.password is not None
    assert not together.merged
    assert alone.merged
    assert alone.password is None


def test_a_second_object_replaces_the_first() -> None:
    settings = settings_of(read_text(export(ONE, configuration({"defaultEmailHost": "second.test"})), "f"))

    assert [(entry.key, entry.value) for entry in settings.entries] == [("defaultEmailHost", "second.test")]
    assert settings.password is None


def test_retries_senders_queue_and_counts() -> None:
    read = read_text(
        export(
            '<RequestDefinition name="Other" retryMax="1"/>',
            '<RequestDefinition name="Email Request" retryMax="7"><Attributes><Map><entry key="retryInterval" value="60"/>'
            "</Map></Attributes></RequestDefinition>",
            ONE,
            template("Plain"),
            template("Own", "hr@acme.test"),
            template("$made", "$from"),
            request(),
            request(),
            request("Workflow"),
            request(completed="1700000000000"),
        ),
        "f",
    )
    settings = settings_of(read)

    assert (settings.retry_max, settings.retry_interval) == (7, 60)
    assert [(one.template, one.sender) for one in settings.senders] == [("Own", "hr@acme.test"), ("$made", "$from")]
    assert read.queue == 2
    assert read.objects == {"RequestDefinition": 2, "Configuration": 1, "EmailTemplate": 3, "Request": 4}
    assert read.templates == ()


def test_another_request_definition_may_be_the_one_for_mail() -> None:
    read = read_text(
        export(
            configuration(emailRequestDefinition="Our Mail"),
            '<RequestDefinition name="Our Mail" retryMax="3"/>',
            '<RequestDefinition name="Email Request" retryMax="20"/>',
            request("Our Mail"),
        ),
        "f",
    )

    assert settings_of(read).retry_max == 3
    assert read.queue == 1


def test_without_requests_nothing_is_said_about_the_queue() -> None:
    assert read_text(export(ONE), "f").queue is None
    assert read_text(export(ONE, request("Workflow")), "f").queue == 0


def test_templates_come_whole_when_asked_for() -> None:
    read = read_bytes(export(template("A", "a@acme.test"), ONE).encode(), "f", templates=True)
    (found,) = read.templates
    body = found.find("Body")

    assert body is not None
    assert body.text == "#if($a < 1) <b>x</b> #end"
    assert found.line == 4


def test_no_secret_shows() -> None:
    read = read_text(configuration(smtp_password="opensesame", smtpPassword="sesame2"), "f")
    elements = list(stream(io.BytesIO(configuration(smtp_password="opensesame").encode()), ["Configuration"], "f"))

    assert settings_of(read).password_form is PasswordForm.CLEAR
    for text in (repr(read), repr(elements), repr(list(elements[0].walk()))):
        assert "sesame" not in text


@pytest.mark.parametrize(
    ("stored", "form"),
    [("1:ACP:abc=", PasswordForm.SHARED_KEY), ("2:abc=", PasswordForm.SITE_KEY), ("12:abc", PasswordForm.SITE_KEY),
     ("secret", PasswordForm.CLEAR), ("", PasswordForm.ABSENT)],
)  # fmt: skip
def test_how_a_password_is_stored(stored: str, form: PasswordForm) -> None:
    assert settings_of(read_text(configuration(smtp_password=stored), "f")).password_form is form


# --- damage -----------------------------------------------------------------------------------------------------------------

GOOD = export(
    "<Configuration name='SystemConfiguration'>",
    "<Attributes><Map>",
    "<entry key='a' value='b'/>",
    "</Map></Attributes>",
    "</Configuration>",
)
DAMAGE: dict[str, tuple[bytes, int, int, str]] = {
    "cut off": (GOOD[: GOOD.index("</Map>")].encode(), 7, 1, "ends too early"),
    "cut off in a tag": (GOOD[: GOOD.index("value='b'")].encode(), 6, 1, "ends too early"),
    "a tag misspelt": (GOOD.replace("</Map>", "</Mop>").encode(), 7, 3, "not the one that is open"),
    "an & alone": (GOOD.replace("'b'", "'b & c'").encode(), 6, 25, "&amp;"),
    "a < in a value": (GOOD.replace("'b'", "'b < c'").encode(), 6, 25, "&lt;"),
    "an unknown name": (GOOD.replace("<Map>", "<Map>&nbsp;").encode(), 5, 18, "&nbsp;"),
    "an unknown name in a value": (GOOD.replace("'b'", "'b&dot;c'").encode(), 6, 1, "&dot;"),
    "an attribute twice": (GOOD.replace("value='b'", "value='b' value='c'").encode(), 6, 26, "twice"),
    "a byte that is no UTF-8": (GOOD.replace("'b'", "'ü'").encode("latin-1"), 6, 23, "fc"),
    "a control character": (GOOD.replace("'b'", "'\x01'").encode(), 6, 23, "01"),
    "two ends": (b"<sailpoint></sailpoint></sailpoint>", 1, 25, "more follows"),
    "something behind the end": (b"<sailpoint></sailpoint>\n<x/>", 2, 1, "more follows"),
}


@pytest.mark.parametrize(("data", "line", "column", "words"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_told_with_its_place(data: bytes, line: int, column: int, words: str) -> None:
    problem = problem_of(lambda: read_bytes(data, "prod.xml"))

    assert words in problem.sentence
    assert (problem.line, problem.column) == (line, column)
    assert str(problem).startswith(f"prod.xml, line {line}, column {column}: ")


def test_damage_in_console_output_is_told_with_the_place_in_the_whole_text() -> None:
    text = console(("get Configuration SystemConfiguration", bare(ONE.replace("</Map>", "</Mop>"))))
    problem = problem_of(lambda: read_text(text, "console"))

    assert text.splitlines()[problem.line - 1].startswith("</Mop>")


NOT_XML: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blanks": (b" \r\n\t ", "empty"),
    "words": (b"smtp.host=mail.example.com\n", "no object of IdentityIQ's"),
    "a zip": (b"PK\x03\x04\x14\x00", "Unpack it first"),
    "a PDF": (b"%PDF-1.7\n", "PDF"),
    "a bzip2": (b"BZh91AY&SY", "Unpack it first"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "no object of IdentityIQ's"),
    "UTF-32": (bare(ONE).encode("utf-32"), "Save it as UTF-8"),
    "an encoding that is none": (b"<?xml version='1.0' encoding='rot13'?><sailpoint/>", "rot13"),
    "an encoding nobody knows": (b"<?xml version='1.0' encoding='x-unknown'?><sailpoint/>", "x-unknown"),
    "an encoding of many bytes": (b"<?xml version='1.0' encoding='shift_jis'?><sailpoint/>", "shift_jis"),
}


@pytest.mark.parametrize(("data", "words"), NOT_XML.values(), ids=NOT_XML)
def test_what_is_no_xml_is_told_in_a_sentence(data: bytes, words: str) -> None:
    assert words in str(problem_of(lambda: read_bytes(data, "f")))


def test_a_page_without_an_object_holds_no_settings() -> None:
    assert read_bytes(b"<html><body>Please sign in</body></html>", "f").settings is None


def test_a_file_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    assert "no such file" in str(problem_of(lambda: read_file(tmp_path / "missing.xml")))
    assert "it is a folder" in str(problem_of(lambda: read_file(tmp_path)))


# --- hostile ----------------------------------------------------------------------------------------------------------------


def with_subset(subset: str, use: str = "") -> bytes:
    return GOOD.replace('"sailpoint.dtd">', f'"sailpoint.dtd" [{subset}]>').replace("<Map>", f"<Map>{use}").encode()


def test_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("do-not-read")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 50}">' for n in range(20))
    for subset, use in (
        (laughs, "&l19;"),
        (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "&x;"),
        (f'<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;', ""),
        ('<!ENTITY n PUBLIC "a" "http://127.0.0.1:9/n">', "&n;"),
    ):
        data = with_subset(subset, use)
        for problem in (problem_of(partial(read_bytes, data, "f")), problem_of(partial(read_text, data.decode(), "f"))):
            assert "entity" in str(problem)
            assert "do-not-read" not in str(problem)


def test_attributes_that_a_dtd_would_add_are_not_taken() -> None:
    data = with_subset('<!ATTLIST Configuration extra CDATA "evil">')
    (element,) = stream(io.BytesIO(data), ["Configuration"], "f")

    assert element.attributes == {"name": "SystemConfiguration"}


BOMBS: dict[str, bytes] = {
    "deep": b"<sailpoint><Identity>" + b"<a>" * (DEEPEST + 10),
    "deep containers": b"<sailpoint>" * (DEEPEST + 10),
    "deep settings": b"<sailpoint><Configuration>" + b"<a>" * (DEEPEST + 10),
    "deep in a strange root": b"<x>" * (DEEPEST + 10),
    "a long comment": b"<sailpoint><!--" + b"-x" * (LONGEST_TAG // 2 + 100_000),
    "a long tag": b"<sailpoint><Identity name='" + b"x" * (LONGEST_TAG + 200_000),
    "a long text": b"<sailpoint><Configuration>" + b"x" * (LARGEST_OBJECT + 200_000),
    "many elements": b"<sailpoint><Configuration>" + b"<a/>" * 250_000,
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_what_would_fill_the_memory_is_refused(data: bytes) -> None:
    assert "IdentityIQ's" in str(problem_of(lambda: read_bytes(data, "f")))


def test_a_long_text_nobody_wants_goes_by() -> None:
    long = f"<Identity><x>{'y' * (LARGEST_OBJECT + 1000)}</x></Identity>"

    assert values_of(read_bytes(export(long, ONE).encode(), "f")) == SHOWN


def test_very_many_objects_in_one_line_are_read_in_one_pass() -> None:
    """Were the text looked at anew for each object, this would take hours."""
    many = 20_000
    text = f"> {request() * many} <!-- {'<!-- ' * many} {exports.small(defaultEmailHost='a.test')}"

    read = read_text(text, "f")

    assert read.queue == many
    assert values_of(read) == {"defaultEmailHost": "a.test"}


def read_or_problem(data: bytes) -> Export | XmlProblem:
    try:
        return read_bytes(data, "f")
    except XmlProblem as problem:
        return problem


@given(st.binary(max_size=300))
@example(b"\x1f\x8b\x08")
@example(b"<")
@example(b"<?xml version='1.0' encoding='utf-16'?><a/>")
@example(b"<!DOCTYPE")
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    for one in (data, b"<sailpoint>" + data, b"<Configuration name='" + data, b"\xff\xfe" + data, b"> <entry " + data):
        assert read_or_problem(one) is not None


@given(st.data())
def test_a_damaged_export_is_read_or_told(data: st.DataObject) -> None:
    good = export(ONE, template("T", "a@b.test"), request()).encode()
    at = data.draw(st.integers(0, len(good) - 1))
    length = data.draw(st.integers(0, 40))
    put = data.draw(st.binary(max_size=5) | st.sampled_from([b"<", b"&", b'"', b">", b"]]>", b"<!--", b"</Map>", b"\x00"]))

    outcome = read_or_problem(good[:at] + put + good[at + length :])

    if isinstance(outcome, XmlProblem):
        assert re.match(r"f(, line \d+, column \d+)?: \S", str(outcome))


# --- round trips ------------------------------------------------------------------------------------------------------------

XML_TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff") | st.sampled_from("<>&'\"\t\n "),
    min_size=1,
    max_size=40,
)
KEYS = st.sampled_from([key for key in Key if key is not Key.PASSWORD])
ENTRIES = st.lists(
    st.builds(lambda key, value: Entry(key.value, value), KEYS, XML_TEXT)
    | st.builds(
        lambda key, value: Entry(key.value, value, Form.ELEMENT, "SmtpEncryptionType"),
        KEYS,
        XML_TEXT.map(str.strip).filter(bool),
    )
    | st.builds(lambda key, value: Entry(key.value, value, Form.ELEMENT, "String"), KEYS, XML_TEXT.filter(str.strip)),
    min_size=1,
    max_size=8,
    unique_by=lambda entry: entry.key,
)


def without_place(entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry._replace(line=0, column=0) for entry in entries]


@given(ENTRIES)
def test_what_the_merge_file_writes_is_read_back(entries: list[Entry]) -> None:
    text = merge_xml(entries, comment="a -- b")
    for read in (read_bytes(text.encode(), "f"), read_text(f"> {text}> ", "f")):
        settings = settings_of(read)
        assert without_place(settings.entries) == entries
        assert settings.merged


@given(
    ENTRIES,
    st.sampled_from(["utf-8", "utf-16", "latin-1"]),
    st.booleans(),
    st.sampled_from(["", "\n", "\r\n  ", " <!-- <entry> -->\n"]),
)
def test_what_a_writer_of_another_hand_wrote_is_read(entries: list[Entry], encoding: str, cdata: bool, between: str) -> None:
    """Numbers for every character in attributes, CDATA for text, comments and line ends between: all legal, all rare."""

    def numbers(text: str) -> str:
        return "".join(f"&#x{ord(char):x};" for char in text)

    def element(entry: Entry) -> str:
        if entry.form is Form.ATTRIBUTE:
            return f"<entry  value = '{numbers(entry.value)}'\n key='{entry.key}' ></entry>"
        text = (
            f"<![CDATA[{entry.value}]]>" if cdata and encoding == "utf-8" and "]]>" not in entry.value else numbers(entry.value)
        )
        return f"<entry key='{entry.key}'>{between}<value>{between}<{entry.type}>{text}</{entry.type}>{between}</value></entry>"

    body = between.join(map(element, entries))
    declared = {"utf-8": "UTF-8", "utf-16": "UTF-16", "latin-1": "ISO-8859-1"}[encoding]
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>{between}<Configuration name="SystemConfiguration">{between}<Attributes>'
        f"{between}<Map>{body}</Map></Attributes></Configuration>{between}"
    )

    read = settings_of(read_bytes(text.encode(encoding), "f")).entries

    assert without_place(read) == [entry._replace(value=entry.value.replace("\r\n", "\n")) for entry in entries]


# --- size -------------------------------------------------------------------------------------------------------------------


def test_an_export_of_300_megabytes_is_read_within_100(tmp_path: Path) -> None:
    """The child tells its own peak: the system's count for children would hold this test's memory too."""
    file = tmp_path / "export.xml"
    exports.large(file, 300 * 1024 * 1024, [ONE, template("Own", "hr@other.test"), request("Workflow")])
    program = (
        "import sys; from wizard.__main__ import main; main(sys.argv[1:]); "
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "iiq", "read", str(file), "--json"], cwd=ROOT, capture_output=True, text=True
    )

    read = json.loads(done.stdout)
    assert file.stat().st_size >= 300 * 1024 * 1024
    assert {one["key"]: one["value"] for one in read["settings"] if one["value"]} == SHOWN
    assert read["template_senders"][0]["sender"] == "hr@other.test"
    assert read["queue"] == read["objects"]["Request"] - 1
    assert int(done.stderr.split()[-1]) < 100 * 1024
