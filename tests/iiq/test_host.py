"""Finding IdentityIQ on this host: a stand-in installation, served by a real Java that was started as a server is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.iiq.standin import standin
from tests.unit import cli
from wizard.identityiq.host import at, find, in_path, look, runtime
from wizard.identityiq.host.java import properties, trust_store
from wizard.identityiq.host.processes import Running
from wizard.identityiq.installation import Installation

JAVA = Path(shutil.which("java") or "")
JAVA_HOME = Path(os.path.realpath(JAVA)).parent.parent
VERSION = next(
    line.partition('"')[2].strip('"') for line in (JAVA_HOME / "release").read_text().splitlines() if "JAVA_VERSION=" in line
)
WAITER = """
public class Waiter {
    public static void main(String[] words) throws Exception {
        System.out.println("here");
        System.in.read();
    }
}
"""
StartJava = Callable[..., int]


@pytest.fixture(scope="module")
def waiter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled class that waits until its input ends."""
    folder = tmp_path_factory.mktemp("waiter")
    (folder / "Waiter.java").write_text(WAITER)
    subprocess.run(["javac", "-d", str(folder), str(folder / "Waiter.java")], check=True, capture_output=True)
    return folder


@pytest.fixture
def start_java(waiter: Path) -> Iterator[StartJava]:
    """Start real Javas; returns the process id of each once it runs."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str, cwd: Path | None = None, words: tuple[str, ...] = (), **environ: str) -> int:
        process = subprocess.Popen(
            ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", *options, "-cp", str(waiter), "Waiter", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **environ},
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        return process.pid

    yield start
    for process in started:
        process.communicate()


def tomcat(tmp_path: Path, server_xml: str = "") -> Path:
    """A Tomcat's folders, with a stand-in in webapps."""
    base = tmp_path / "tomcat"
    (base / "conf").mkdir(parents=True)
    if server_xml:
        (base / "conf" / "server.xml").write_text(server_xml)
    (base / "webapps" / "ROOT").mkdir(parents=True)
    standin(base / "webapps" / "identityiq")
    return base


def found_in(root: Path, *, processes: list[Running] | None = None, **environ: str) -> tuple[Installation, ...]:
    """What is found where no process of this machine counts."""
    return find(root=root, environ={"PATH": os.environ["PATH"], **environ}, processes=lambda: processes or [])


def below(folder: Path, found: tuple[Installation, ...]) -> list[Installation]:
    """Of what was found on this machine, what is below a test's own folder."""
    return [one for one in found if one.folder.is_relative_to(folder)]


def test_a_running_tomcat_is_found_with_its_java_and_mail_library(tmp_path: Path, start_java: StartJava) -> None:
    base = tomcat(tmp_path)
    pid = start_java(f"-Dcatalina.base={base}", f"-Dcatalina.home={base}")
    (one,) = below(tmp_path, find(root=tmp_path / "nothing"))
    assert one.folder == base / "webapps" / "identityiq"
    assert (one.version, one.server, one.pid) == ("8.4", "Tomcat", pid)
    assert one.found_by == f"runs Tomcat, process {pid}"
    assert one.user
    assert one.jvm is not None
    assert one.jvm.home == JAVA_HOME
    assert one.jvm.version == VERSION
    assert one.jvm.major == int(VERSION.split(".")[0])
    assert one.jvm.java.is_file()
    assert one.jvm.keytool.is_file()
    assert one.jvm.trust is not None
    assert not one.jvm.trust.own
    assert one.jvm.trust.path.name == "cacerts"
    assert one.path_jvm is not None
    assert one.path_jvm.home == JAVA_HOME
    assert one.mail is not None
    assert one.mail.version.startswith("1.6.")
    assert [jar.name for jar in one.mail.more] == ["javax.activation.jar"]


def test_what_a_java_is_told_about_tls_and_mail_is_read_and_its_passwords_are_not_shown(
    tmp_path: Path, start_java: StartJava
) -> None:
    base = tomcat(tmp_path)
    store = base / "conf" / "trust.p12"
    subprocess.run(
        ["keytool", "-genkeypair", "-keystore", str(store), "-storetype", "PKCS12", "-storepass", "opensesame",
         "-alias", "a", "-dname", "CN=a", "-keyalg", "EC"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    start_java(
        f"-Dcatalina.base={base}",
        "-Djavax.net.ssl.trustStore=conf/trust.p12",
        "-Djavax.net.ssl.trustStorePassword=opensesame",
        "-Djavax.net.ssl.keyStorePassword=opensesame",
        "-Djdk.tls.client.protocols=TLSv1.2",
        "-Dmail.smtp.timeout=9000",
        "-Dmail.smtp.password=opensesame",
        "-Dunrelated=1",
        cwd=base,
        JAVA_TOOL_OPTIONS="-Dhttps.protocols=TLSv1.3",
    )
    (one,) = below(tmp_path, find(root=tmp_path / "nothing"))
    assert one.jvm is not None
    assert one.jvm.trust is not None
    assert (one.jvm.trust.path, one.jvm.trust.type, one.jvm.trust.own) == (store, "PKCS12", True)
    assert one.jvm.trust.password is not None
    assert one.jvm.trust.password.reveal() == "opensesame"
    assert dict(one.jvm.properties) == {
        "javax.net.ssl.trustStore": "conf/trust.p12",
        "jdk.tls.client.protocols": "TLSv1.2",
        "mail.smtp.timeout": "9000",
        "https.protocols": "TLSv1.3",
    }
    assert "opensesame" not in repr(one)


def test_a_folder_elsewhere_is_found_by_its_context_file_and_by_server_xml(tmp_path: Path, start_java: StartJava) -> None:
    base = tmp_path / "tomcat"
    (base / "conf" / "Catalina" / "localhost").mkdir(parents=True)
    for name in ("named", "placed", "based"):
        (tmp_path / name).mkdir()
    standin(tmp_path / "named" / "iiq")
    standin(tmp_path / "placed" / "iiq")
    standin(tmp_path / "based" / "iiq")
    (base / "conf" / "Catalina" / "localhost" / "iiq.xml").write_text('<Context docBase="${elsewhere}/named/iiq"/>')
    (base / "conf" / "Catalina" / "localhost" / "odd.xml").write_text('<Context docBase="${nobody.knows}/iiq"/>')
    (base / "conf" / "server.xml").write_text(
        f'<Server><!-- <Context docBase="/none"/> --><Service><Engine><Host name="a" appBase="{tmp_path}/based">'
        '<Context path="/x" docBase="../placed/iiq"/></Host></Engine></Service></Server>'
    )
    start_java(f"-Dcatalina.base={base}", f"-Delsewhere={tmp_path}")
    found = below(tmp_path, find(root=tmp_path / "nothing"))
    assert sorted(os.path.realpath(one.folder) for one in found) == [
        str(tmp_path / "based" / "iiq"),
        str(tmp_path / "named" / "iiq"),
        str(tmp_path / "placed" / "iiq"),
    ]


def test_a_broken_server_xml_is_told_and_webapps_are_looked_at_all_the_same(tmp_path: Path, start_java: StartJava) -> None:
    base = tomcat(tmp_path, "<Server><Host appBase='webapps'")
    start_java(f"-Dcatalina.base={base}")
    found = look(root=tmp_path / "nothing")
    assert len(below(tmp_path, found.installations)) == 1
    assert any("server.xml" in note for note in found.notes)


def test_an_archive_that_was_not_unpacked_is_told(tmp_path: Path) -> None:
    base = tomcat(tmp_path)
    (base / "webapps" / "iiq-test.war").write_bytes(b"PK")
    found = look(root=tmp_path, environ={}, processes=lambda: [Running(1, words=("java", f"-Dcatalina.base={base}"))])
    assert any("iiq-test.war" in note and "unpacked" in note for note in found.notes)


@pytest.mark.parametrize(
    ("server", "folder", "words"),
    [
        ("JBoss", "jb/standalone/deployments/iiq.war", ("-Djboss.home.dir={root}/jb",)),
        (
            "JBoss",
            "jb/node/deployments/all.ear/iiq.war",
            ("-Djboss.home.dir={root}/jb", "-Djboss.server.base.dir={root}/jb/node"),
        ),
        (
            "WebSphere",
            "prof/installedApps/cell01/iiq.ear/iiq.war",
            (
                "-Duser.install.root={root}/prof",
                "com.ibm.ws.bootstrap.WSLauncher",
                "com.ibm.ws.runtime.WsServer",
                "cfg",
                "cell01",
            ),
        ),
        ("Liberty", "wlp/usr/servers/one/apps/expanded/iiq.war", ("-jar", "{root}/wlp/bin/tools/ws-server.jar", "one")),
    ],
)
def test_other_application_servers_are_known_by_their_process(
    tmp_path: Path, server: str, folder: str, words: tuple[str, ...]
) -> None:
    (tmp_path / folder).parent.mkdir(parents=True)
    standin(tmp_path / folder)
    line = (str(JAVA), *(word.format(root=tmp_path) for word in words))
    (one,) = found_in(tmp_path / "nothing", processes=[Running(7, "was", line)])
    assert (one.folder, one.server, one.user, one.pid) == (tmp_path / folder, server, "was", 7)
    assert one.jvm is not None
    assert one.jvm.home == JAVA_HOME, "known from the command line, and said so"
    assert any("command line only" in note for note in one.notes)


def test_a_process_of_another_user_is_a_note_and_no_failure(tmp_path: Path) -> None:
    base = tomcat(tmp_path)
    hidden = Running(8, "tomcat")
    half = Running(9, "tomcat", words=("java", f"-Dcatalina.base={base}"))
    found = look(root=tmp_path / "nothing", environ={}, processes=lambda: [hidden, half])
    assert any("process 8 of tomcat" in note and "sudo" in note for note in found.notes)
    (one,) = found.installations
    assert one.jvm is None
    assert any("sudo" in note for note in one.notes)


def test_a_java_in_a_container_or_replaced_under_its_process_is_told(tmp_path: Path) -> None:
    base = tomcat(tmp_path)
    boxed = Running(8, words=("java", f"-Dcatalina.base={base}"), boxed=True)
    replaced = Running(9, words=("java", f"-Dcatalina.base={base}"), program=JAVA_HOME / "bin" / "java", replaced=True)
    found = look(root=tmp_path / "nothing", environ={}, processes=lambda: [boxed, replaced])
    assert any("container" in note for note in found.notes)
    (one,) = found.installations
    assert one.pid == 9
    assert any("Restart Tomcat" in note for note in one.notes)


def test_sphome_and_usual_folders_are_looked_at_and_nothing_is_named_twice(tmp_path: Path) -> None:
    (tmp_path / "opt/sailpoint/tomcat/webapps").mkdir(parents=True)
    usual = standin(tmp_path / "opt/sailpoint/tomcat/webapps/identityiq", version="")
    named = standin(tmp_path / "elsewhere")
    (tmp_path / "var/lib/tomcat10/webapps").mkdir(parents=True)
    (tmp_path / "var/lib/tomcat10/webapps/iiq").symlink_to(usual.folder)
    found = found_in(tmp_path, SPHOME=str(named.folder))
    assert [(one.folder, one.found_by, one.version) for one in found] == [
        (named.folder, "$SPHOME", "8.4"),
        (usual.folder, "a usual folder", ""),
    ]


def test_a_sphome_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    found = look(root=tmp_path, environ={"SPHOME": str(tmp_path / "gone")}, processes=list)
    assert found.installations == ()
    assert any("SPHOME" in note for note in found.notes)
    assert found.path_jvm is None


def test_a_tomcat_that_does_not_run_is_read_from_setenv(tmp_path: Path) -> None:
    (tmp_path / "opt").mkdir()
    base = tomcat(tmp_path / "opt")
    (base / "bin").mkdir()
    (base / "bin" / "setenv.sh").write_text(
        f"#!/bin/sh\n# CATALINA_OPTS=-Dmail.debug=true\nJAVA_HOME='{JAVA_HOME}'\n"
        'CATALINA_OPTS="$CATALINA_OPTS -Xmx1g -Djavax.net.ssl.trustStore=${CATALINA_BASE}/conf/trust.jks"\n'
        'export CATALINA_OPTS="$CATALINA_OPTS \\\n -Djavax.net.ssl.trustStorePassword=opensesame -Dmail.smtp.timeout=5000"\n'
    )
    (one,) = found_in(tmp_path)
    assert one.server == ""
    assert one.jvm is not None
    assert one.jvm.home == JAVA_HOME
    assert one.jvm.pid is None
    assert "setenv.sh" in one.jvm.source
    assert one.jvm.trust is not None
    assert one.jvm.trust.path == base / "conf" / "trust.jks"
    assert dict(one.jvm.properties)["mail.smtp.timeout"] == "5000"
    assert "mail.debug" not in dict(one.jvm.properties)
    assert "opensesame" not in repr(one)


def test_a_named_folder_is_looked_at_wherever_it_is(tmp_path: Path, start_java: StartJava) -> None:
    base = tomcat(tmp_path)
    folder = base / "webapps" / "identityiq"
    stopped = at(folder / "WEB-INF")
    assert stopped is not None
    assert (stopped.folder, stopped.server) == (folder, "")
    start_java(f"-Dcatalina.base={base}")
    runs = at(folder)
    assert runs is not None
    assert runs.server == "Tomcat"
    assert at(tmp_path) is None


def test_the_trust_store_is_jssecacerts_before_cacerts_and_below_jre_for_java_8(tmp_path: Path) -> None:
    security = tmp_path / "jre" / "lib" / "security"
    security.mkdir(parents=True)
    (security / "cacerts").write_bytes(b"\xfe\xed\xfe\xed")
    (tmp_path / "release").write_text('JAVA_VERSION="1.8.0_402"\nIMPLEMENTOR="Temurin"\n')
    eight = runtime(tmp_path)
    assert (eight.version, eight.major, eight.vendor) == ("1.8.0_402", 8, "Temurin")
    assert eight.trust is not None
    assert (eight.trust.path, eight.trust.type, eight.trust.own) == (security / "cacerts", "JKS", False)
    (security / "jssecacerts").write_bytes(b"\x30\x82")
    assert runtime(tmp_path / "jre").version == "1.8.0_402", "the release file is beside the jre"
    store = trust_store(tmp_path, {})
    assert store is not None
    assert (store.path.name, store.type) == ("jssecacerts", "PKCS12")


def test_a_java_without_a_release_file_is_asked(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    script = tmp_path / "bin" / "java"
    script.write_text(f'#!/bin/sh\nexec {JAVA_HOME}/bin/java "$@"\n')
    script.chmod(0o755)
    assert runtime(tmp_path).version == VERSION
    named = in_path({"PATH": str(tmp_path / "bin")})
    assert named is not None
    assert named.home == JAVA_HOME, "a script leads to the Java that it starts"


def test_a_java_that_others_can_write_is_not_started(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "java"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    script.chmod(0o777)
    assert runtime(tmp_path).version == ""
    assert not (tmp_path / "started").exists()


def test_a_pipe_in_the_place_of_a_file_holds_nothing_up(tmp_path: Path) -> None:
    base = tomcat(tmp_path)
    os.mkfifo(base / "conf" / "server.xml")
    os.mkfifo(base / "webapps" / "identityiq" / "WEB-INF" / "lib" / "a-mail.jar")
    words = ("java", f"-Dcatalina.base={base}", f"-Djavax.net.ssl.trustStore={base}/conf/server.xml")
    (one,) = found_in(tmp_path / "nothing", processes=[Running(9, words=words, home=str(JAVA_HOME))])
    assert one.jvm is not None
    assert one.mail is not None


def test_a_tomcat_started_by_jsvc_names_its_java(tmp_path: Path) -> None:
    base = tomcat(tmp_path)
    words = ("jsvc.exec", "-home", str(JAVA_HOME), f"-Dcatalina.base={base}")
    (one,) = found_in(tmp_path / "nothing", processes=[Running(9, words=words, program=Path("/usr/bin/jsvc"))])
    assert one.jvm is not None
    assert one.jvm.home == JAVA_HOME


def test_the_last_setting_of_a_name_counts() -> None:
    assert properties(["-Da=1", "-Xmx1g", "-Da=2", "-Dflag"]) == {"a": "2", "flag": ""}


def jar(path: Path, manifest: str, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", manifest)
        for name in names:
            archive.writestr(name, b"")


def test_the_library_that_speaks_smtp_is_taken_and_not_its_interfaces(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "opt" / "webapps" / "iiq")
    lib = iiq.folder / "WEB-INF" / "lib"
    for link in lib.glob("javax.*"):
        link.unlink()
    jar(lib / "jakarta.mail-api-2.1.jar", "Manifest-Version: 1.0\r\n\r\n", "jakarta/mail/Transport.class")
    jar(
        lib / "angus-2.jar",
        "Manifest-Version: 1.0\r\nImplementation-Ver\r\n sion: 2.0.\r\n 3\r\n\r\n",
        "org/eclipse/angus/mail/smtp/SMTPTransport.class",
    )
    jar(lib / "jakarta.activation.jar", "", "jakarta/activation/DataHandler.class")
    (lib / "aaa-mail-broken.jar").write_bytes(b"PK\x05\x06")
    (one,) = found_in(tmp_path)
    assert one.mail is not None
    assert (one.mail.jar.name, one.mail.version) == ("angus-2.jar", "2.0.3")
    assert [path.name for path in one.mail.more] == ["jakarta.mail-api-2.1.jar", "jakarta.activation.jar"]


def test_an_installation_without_a_mail_library_or_console_says_so(tmp_path: Path) -> None:
    iiq = standin(tmp_path / "opt" / "webapps" / "iiq")
    iiq.console.unlink()
    for link in (iiq.folder / "WEB-INF" / "lib").glob("javax.*"):
        link.unlink()
    (one,) = found_in(tmp_path)
    assert one.mail is None
    assert any("mail library" in note for note in one.notes)
    assert any("console is missing" in note for note in one.notes)


def test_the_command_shows_an_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start_java: StartJava) -> None:
    cli.settle(tmp_path, monkeypatch)
    base = tomcat(tmp_path)
    start_java(f"-Dcatalina.base={base}", "-Djavax.net.ssl.trustStorePassword=opensesame", "-Djdk.tls.client.protocols=TLSv1.2")
    folder = base / "webapps" / "identityiq"
    shown = cli.run("iiq", "find", "--folder", str(folder))
    assert shown.code == 0
    assert shown.out.startswith("IdentityIQ 8.4\n")
    for words in (
        str(folder),
        "Tomcat, process",
        VERSION,
        "cacerts",
        "jdk.tls.client.protocols=TLSv1.2",
        "javax.mail",
        "the same",
    ):
        assert words in shown.out
    told = cli.run("iiq", "find", "--folder", str(folder), "--json")
    (one,) = json.loads(told.out)["installations"]
    assert (one["version"], one["server"], one["java"]["trust_store"]["own"]) == ("8.4", "Tomcat", False)
    assert one["mail_library"]["version"].startswith("1.6.")
    assert "opensesame" not in shown.out + shown.err + told.out + told.err


def test_the_command_refuses_a_folder_without_identityiq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.settle(tmp_path, monkeypatch)
    shown = cli.run("iiq", "find", "--folder", str(tmp_path))
    assert shown.code == 2
    assert "WEB-INF" in shown.err
    assert shown.out == ""


def test_the_command_says_that_nothing_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.settle(tmp_path, monkeypatch)
    monkeypatch.setattr("wizard.identityiq.host.search.USUAL", ())
    monkeypatch.setattr("psutil.process_iter", list)  # another test's Java may run at this moment
    monkeypatch.setenv("SPHOME", str(tmp_path / "gone"))
    told = cli.run("iiq", "find", "--json")
    assert told.code == 1
    answer = json.loads(told.out)
    assert [note for note in answer["notes"] if "SPHOME" in note]
    assert answer["java_in_path"]["home"] == str(JAVA_HOME)
