"""A stand-in for IdentityIQ's console, run as a program of its own. It is no IdentityIQ: it behaves as docs/identityiq.md says
that the console does - it does not end when its input ends, exits with 0 whatever happened, prints its errors on standard output.

It uses the standard library alone, because it runs under ``python -IS``. What it does wrong on purpose stands in standin.json.
"""

import base64
import json
import os
import shlex
import signal
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent / "standin"
PLAN = json.loads((HOME / "standin.json").read_text())
STATE = HOME / "state.xml"
HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"
COMMANDS = "? about clearEmailQueue count encrypt exit export get help import list quit source"


class RefusedError(Exception):
    """Becomes a Java stack trace on standard output."""


def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def trace(message):
    """Print an error the way a Java program does."""
    write(
        f"Error: {message}\n"
        f"sailpoint.tools.GeneralException: {message}\n"
        "\tat sailpoint.standin.Importer.importXml(Importer.java:411)\n"
        "\tat sailpoint.standin.Console.main(Console.java:88)\n"
        f"Caused by: org.xml.sax.SAXParseException: {message}\n\t... 12 more\n"
    )


def state():
    return ET.parse(STATE).getroot()  # noqa: S314 - its own file


def keep(root):
    draft = STATE.with_suffix(".new")
    draft.write_text(HEAD + ET.tostring(root, encoding="unicode"), encoding="utf-8")
    draft.replace(STATE)


def found(root, kind, name):
    for item in root:
        if item.tag == kind and item.get("name") == name:
            return item
    return None


def document(item):
    return HEAD + f'<!DOCTYPE {item.tag} PUBLIC "sailpoint.dtd" "sailpoint.dtd">\n' + ET.tostring(item, encoding="unicode") + "\n"


def get(words):
    item = found(state(), words[0], " ".join(words[1:2])) if len(words) > 1 else None
    if item is None:
        return f"Unknown object: {' '.join(words[1:])}\n"
    return document(item)


def export(words):
    words = [word for word in words if not word.startswith("-")]
    root, target = ET.Element("sailpoint"), Path(words[0])
    for item in state():
        if not words[1:] or item.tag in words[1:]:
            item.attrib.pop("id", None)
            root.append(item)
    doctype = '<!DOCTYPE sailpoint PUBLIC "sailpoint.dtd" "sailpoint.dtd">\n'
    try:
        target.write_text(HEAD + doctype + ET.tostring(root, encoding="unicode") + "\n", encoding="utf-8")
    except OSError as problem:
        raise RefusedError(f"java.io.FileNotFoundException: {target} ({problem.strerror})") from None
    return f"Exported {len(root)} objects to {target}\n"


def entries(item):
    found_map = item.find("Attributes/Map")
    if found_map is None:
        attributes = item.find("Attributes")
        attributes = ET.SubElement(item, "Attributes") if attributes is None else attributes
        found_map = ET.SubElement(attributes, "Map")
    return found_map


def merge(root, item, most=None):
    """Only the keys that are named are touched; ``most`` stops after so many, as a failure half-way would."""
    old = found(root, item.tag, item.get("name"))
    if old is None:
        root.append(item)
        return
    kept = entries(old)
    for number, entry in enumerate(list(entries(item))):
        if most is not None and number >= most:
            return
        for same in [one for one in kept if one.get("key") == entry.get("key")]:
            kept.remove(same)
        kept.append(entry)


def replace(root, item):
    old = found(root, item.tag, item.get("name"))
    if old is not None:
        root.remove(old)
    root.append(item)


def steps(path, merging=False):
    """Yield (object, merge or not) of a file to import, the files it includes as well."""
    try:
        top = ET.parse(path).getroot()  # noqa: S314 - a test's own file
    except OSError as problem:
        raise RefusedError(f"java.io.FileNotFoundException: {path} ({problem.strerror})") from None
    except ET.ParseError as problem:
        raise RefusedError(f"{path}: {problem}") from None
    for item in top if top.tag == "sailpoint" else [top]:
        if item.tag == "ImportAction" and item.get("name") == "include":
            yield from steps(Path(path).parent / item.get("value"))
        elif item.tag == "ImportAction":
            yield from ((inner, item.get("name") == "merge") for inner in item)
        else:
            yield item, merging


def load(words):
    path = next((word for word in words if not word.startswith("-")), "")
    fault, root, said = struck("import"), state(), []
    if fault == "import-error":
        raise RefusedError("Could not execute JDBC batch update")
    for item, merging in list(steps(path)):
        half = max(len(entries(item)) // 2, 1) if fault in ("partial-import", "dies-half-applied") else None
        merge(root, item, half) if merging else replace(root, item)
        said.append(f"{item.tag}:{item.get('name')}\n")
        if half is not None:
            keep(root)
            if fault == "dies-half-applied":
                write(said[0])
                os.kill(os.getpid(), signal.SIGKILL)
            raise RefusedError("could not serialize access due to concurrent update")
    keep(root)
    return "".join(said)


def encrypt(words):
    hidden = bytes(byte ^ 0x5A for byte in words[0].encode())
    prefix = "2:" if PLAN["site_key"] else "1:ACP:"
    return f"{prefix}{base64.b64encode(hidden).decode()}\n"


def clear_queue(_):
    root = state()
    waiting = [item for item in root if item.tag == "Request"]
    for item in waiting:
        root.remove(item)
    keep(root)
    return f"{len(waiting)} email requests deleted\n"


def names(words):
    return "".join(f"{item.get('id', '-')}  {item.get('name')}\n" for item in state() if item.tag == words[0])


def count(words):
    return f"{sum(item.tag == words[0] for item in state())}\n"


def source(words):
    for line in Path(words[0]).read_text().splitlines():
        answer(line)
    return ""


def about(_):
    return f"Version: {PLAN['version']} (stand-in, no IdentityIQ)\n"


def commands(_):
    return COMMANDS.replace(" ", "\n") + "\n"


ANSWERS = {
    "get": get,
    "export": export,
    "import": load,
    "encrypt": encrypt,
    "clearEmailQueue": clear_queue,
    "list": names,
    "count": count,
    "source": source,
    "about": about,
    "?": commands,
    "help": commands,
}


def struck(word):
    """Return the fault where it strikes at this command, else nothing."""
    return PLAN["fault"] if word == PLAN["at"] else ""


def misbehave(word):
    fault = struck(word)
    if fault == "hang":
        write("Working")
        while True:
            time.sleep(60)
    if fault == "dies":
        write("<?xml version='1.0' enc")
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "garbage":
        sys.stdout.flush()
        sys.stdout.buffer.write(bytes(range(256)) * 20 + b"\n<<<<a b=\n")
        sys.stdout.flush()
        return True
    if fault == "enormous":
        line = "x" * 1023 + "\n"
        for _ in range(1024 * 64):
            write(line)
        return True
    if fault == "not-utf8":
        sys.stdout.buffer.write(b"INFO Gr\xfc\xdfe vom Protokoll\n")
        sys.stdout.flush()
    return False


def answer(line):
    line, _, target = line.partition(" > ")
    try:
        words = shlex.split(line)
    except ValueError as problem:
        trace(f"java.lang.IllegalArgumentException: {problem}")
        return
    if not words:
        return
    if words[0] not in ANSWERS:
        write(f"Unknown command: {words[0]}\n")
        return
    if misbehave(words[0]):
        return
    try:
        said = ANSWERS[words[0]](words[1:])
    except RefusedError as problem:
        trace(str(problem))
        return
    except IndexError:
        said = f"usage: {words[0]}\n"
    if target.strip():
        Path(target.strip()).write_text(said, encoding="utf-8")
    else:
        write(said)


def signed_in():
    """Ask for user name and password once; a wrong one ends the console, with exit code 0 like everything."""
    write("User name: ")
    user = sys.stdin.readline().rstrip("\n")
    write("Password: ")
    password = sys.stdin.readline().rstrip("\n")
    with (HOME / "sign-ins").open("a") as record:
        record.write(f"{user}\n")
    if [user, password] == PLAN["login"]:
        return True
    write("\nsailpoint.tools.GeneralException: Authentication failure\n")
    return False


def main():
    write("INFO standin.Launcher - starting\n")
    (HOME / "arguments").write_text(json.dumps({"argv": sys.argv, "environ": dict(os.environ), "pid": os.getpid()}))
    time.sleep(PLAN["start"])
    if PLAN["fault"] == "start-error":
        trace("java.lang.NoClassDefFoundError: the stand-in does not start")
        return
    misbehave("console")
    if PLAN["login"] and not signed_in():
        return
    while True:
        if PLAN["prompt"]:
            write("> ")
        line = sys.stdin.readline()
        if not line:  # the end of input does not end the console
            time.sleep(60)
            continue
        with (HOME / "commands").open("a") as record:
            record.write(line.partition(" ")[0].strip() + "\n")
        if PLAN["echo"]:
            write(line)
        if line.strip() in ("quit", "exit"):
            if struck("quit") == "hang":
                misbehave("quit")
            return
        answer(line.strip())


main()
