"""The Live panel: what is seen of the server, row by row. Repaints only rows that changed. Must not know how it is seen."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Region
from textual.widget import Widget

from wizard.app.sight import USUAL_PORTS, Sight, certificate_words, port_words

_LABEL = 8


class Live(Widget):
    """Shows a sight. ``port`` is the one the form has chosen; ``signin`` what is known of trying to sign in."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.sight = Sight()
        self.port: int | None = None
        self.signin = ""
        self._rows: tuple[tuple[str, str, str], ...] = ()

    def on_mount(self) -> None:
        """Make the first rows."""
        self._rows = self.rows()

    def show(self, *, sight: Sight | None = None, port: int | None = None, signin: str | None = None) -> None:
        """Show what is new; rows that stay the same are not written again."""
        self.sight = sight if sight is not None else self.sight
        self.port = port if port is not None else self.port
        self.signin = signin if signin is not None else self.signin
        before, self._rows = self._rows, self.rows()
        longest = max(len(before), len(self._rows))
        changed = [Region(0, y, self.size.width, 1) for y in range(longest) if before[y : y + 1] != self._rows[y : y + 1]]
        if changed:
            self.refresh(*changed)

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return the rows as sign, label and words; the sign carries the state where there is no colour."""
        sight = self.sight
        if sight.target is None:
            return (
                ("", "", "Type a host. Its name and its"),
                ("", "", f"ports {' '.join(map(str, USUAL_PORTS))}"),
                ("", "", "are then looked at from here."),
                ("", "", "Nothing is signed in or sent."),
            )
        rows = [("", "host", str(sight.target.host)), self._name_row(sight)]
        if not sight.problem:
            rows += [self._port_row(sight, port) for port in sight.target.ports]
            rows += self._server_rows(sight)
        rows.append(("", "sign-in", self.signin or "not tried, ^t tries"))
        return tuple(rows)

    def _name_row(self, sight: Sight) -> tuple[str, str, str]:
        if sight.problem:
            return ("X", "name", "see below")
        if not sight.addresses:
            return ("", "name", "...")
        more = f" +{len(sight.addresses) - 1}" if len(sight.addresses) > 1 else ""
        took = "" if sight.name_seconds is None else f"  {sight.name_seconds * 1000:.0f} ms"
        return ("ok", "name", f"{sight.addresses[0]}{more}{took}")

    def _port_row(self, sight: Sight, port: int) -> tuple[str, str, str]:
        result = sight.best(port)
        if result is None:
            sign = ""
        elif str(result.state) == "open" and result.security:
            sign = "ok" if result.tls is None or result.tls.verified else "!"
        else:
            sign = "X" if port == self.port else "-"
        return (sign, f"{'›' if port == self.port else ' '}{port:>5}", port_words(sight, port))

    def _server_rows(self, sight: Sight) -> list[tuple[str, str, str]]:
        rows = []
        certificate = sight.certificate(self.port)
        if certificate:
            rows.append(("", "cert", certificate_words(certificate)))
        result = sight.best(self.port) if self.port else None
        if result and result.auth:
            rows.append(("", "accepts", " ".join(result.auth)))
        return rows

    def render(self) -> Content:
        """Return the rows."""
        width = self.size.width
        return Content("\n").join(self._row(row, width) for row in self._rows)

    def _row(self, row: tuple[str, str, str], width: int) -> Content:
        sign, label, words = row
        style = {"ok": "$success", "X": "bold $error", "!": "bold $warning"}.get(sign, "$muted")
        if not label:
            return Content.styled(words, "$muted")
        room = width - 3 - _LABEL
        text = words if len(words) <= room else words[: max(0, room - 1)] + "…"
        return Content.assemble((f"{sign:<3}", style), (f"{label:<{_LABEL}}", "$muted"), text)
