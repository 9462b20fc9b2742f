"""What a watch prints: where it listens, each mail, what became of it, the steps, the end. Text, or one JSON object per line.

Must not know relays or consoles: it is handed events.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, assert_never

from wizard.identityiq.watch.steps import State, Step
from wizard.identityiq.watch.watch import Note, Seen, Stepped, WatchEvent
from wizard.identityiq.watch.words import type_back, type_this
from wizard.practice.relay_events import Fate, Fated, Holding, Mail, TurnedAway

if TYPE_CHECKING:
    from wizard.identityiq.installation import Installation
    from wizard.identityiq.settings import Settings as Standing
    from wizard.identityiq.watch.watch import Settings, Watch
    from wizard.profile import Profile
    from wizard.render.style import Style
    from wizard.smtp.observation import Observation

_FATES = {
    Fate.HELD: "held",
    Fate.WAITING: "waits to be sent on",
    Fate.SENT_ON: "sent on",
    Fate.PARTLY: "sent on to some of its recipients, kept for the others",
    Fate.KEPT: "could not be sent on, and is kept",
    Fate.UNSURE: "the line was lost behind its last byte: the server may have it. It is kept, and not sent again",
}


def before_lines(before: Standing, chosen: Installation, settings: Settings) -> tuple[str, ...]:
    """Return what will change in IdentityIQ, and for how long."""
    from wizard.identityiq.settings import Key

    host, port = before.value(Key.HOST) or "(not set)", before.value(Key.PORT) or "(not set)"
    minutes = settings.seconds / 60
    limit = f"{minutes:g} {'minute' if minutes == 1 else 'minutes'}"
    return (
        f"IdentityIQ in {chosen.folder} sends to {host}, port {port}, now.",
        f"For at most {limit} it will send to a relay on this host, without encryption; then its settings come back.",
        "Backup and rollback file are made first. Everybody's mail passes the relay meanwhile, old mail that waits as well.",
        _what_happens(settings),
    )


def _what_happens(settings: Settings) -> str:
    upstream = settings.upstream
    if upstream is None or not settings.send_on:
        return "Mail is held: nobody gets it. It is kept in private files, and named at the end."
    host = upstream.profile.endpoint.host
    whom = f"to {', '.join(upstream.only_to)} only, and held for everybody else" if upstream.only_to else "to whom it is for"
    return f"Mail is sent on through {host} {whom}. Any program on this host can send through the relay meanwhile."


def opening(watch: Watch, profile: Profile | None, as_json: bool, style: Style) -> str:
    """Return what is said when the relay listens."""
    if as_json:
        where = watch.where
        return _line(
            {
                "schema": 1,
                "event": "listening",
                "host": where.host,
                "port": where.port,
                "seconds": watch.seconds_left,
                "profile": profile.name if profile else None,
                "send_on": watch.relay.send_on,
            }
        )
    minutes = f"{watch.seconds_left / 60:.0f}"
    time = "1 minute" if minutes == "1" else f"{minutes} minutes"
    lines = [f"The relay listens on {watch.relay.bind}, port {watch.relay.port}, for {time}.", ""]
    pointing = next(state for state in watch.steps if state.step is Step.POINT)
    if pointing.done is None:
        lines += [*_card(type_this(watch.where), style), ""]
    for state in watch.steps:
        if state.how:
            lines += [style.heading(f"{state.title}:"), *(line for how in state.how for line in style.wrapped(how)), ""]
    lines += ["Mails appear here as they come. Ctrl-C ends, and brings the settings back.", ""]
    return style.fit("\n".join(lines) + "\n")


def event(event: WatchEvent, profile: Profile | None, as_json: bool, style: Style) -> str:
    """Return one event as text or as a line of JSON; empty where nothing is worth a line."""
    match event:
        case Seen():
            return _line(_mail_json(event)) if as_json else _mail_text(event, style)
        case Fated():
            return _line(_fate_json(event)) if as_json else _fate_text(event, profile, style)
        case TurnedAway(peer=peer, reply=reply):
            said = f"turned away: {peer} was answered {reply}"
            return _line({"event": "turned-away", "peer": peer, "reply": reply}) if as_json else _sentence(said, style)
        case Holding(observation=seen):
            if as_json:
                return _line({"event": "holding", **_observed(seen)})
            why = _cause(seen, profile)
            return _sentence(f"Nothing is sent on any more: the sign-in was refused, and is not tried again. {why}", style)
        case Stepped(steps=steps, step=step):
            return (
                _line({"event": "steps", "steps": [_step_json(one) for one in steps]}) if as_json else _ticked(steps, step, style)
            )
        case Note(text=text, wrong=wrong):
            return _line({"event": "note", "text": text, "wrong": wrong}) if as_json else _sentence(text, style)
        case _:
            assert_never(event)


def ending(watch: Watch, profile: Profile | None, as_json: bool, style: Style, *, by_hand: bool) -> str:
    """Return what is said when all is over."""
    left = watch.left()
    if as_json:
        return _line(
            {
                "event": "end",
                "mails": watch.count,
                "sign_off_seen": watch.sign_off_seen,
                "restored": None if by_hand else not watch.problem,
                "problem": watch.problem or None,
                "kept": [str(path) for path in left],
            }
        )
    lines = [_counted(watch.count), "The sign-off mail was seen." if watch.sign_off_seen else "No sign-off mail was seen."]
    if left:
        kept = "1 mail that was" if len(left) == 1 else f"{len(left)} mails that were"
        lines.append(f"Kept: {kept} not sent on, in {left[0].parent}, readable by you alone. Delete what you do not need.")
    if by_hand:
        lines += ["", *_card(type_back(profile, watch.where), style)]
    if not watch.sign_off_seen:
        lines += ["", "Where the mails are, as IdentityIQ sees it: smtp-wizard iiq proof"]
    return style.fit(
        "\n".join([""] + [line for one in lines for line in (style.wrapped(one, "") if len(one) > 80 else [one])]) + "\n"
    )


def _counted(count: int) -> str:
    return {0: "No mail came.", 1: "1 mail came."}.get(count, f"{count} mails came.")


def _card(lines: tuple[str, ...], style: Style) -> list[str]:
    """Return a card's lines: sentences wrapped, rows (they begin with two blanks) as they are."""
    return [line for one in lines if one for line in ([style.plain(one)] if one.startswith("  ") else style.wrapped(one, ""))]


# -- text ------------------------------------------------------------------------------------------------------------------


def _sentence(text: str, style: Style) -> str:
    return style.fit("\n".join(style.wrapped(text, "")) + "\n")


def _mail_text(seen: Seen, style: Style) -> str:
    mail, likeness = seen.mail, seen.likeness
    like = f"looks like {likeness.template}" if likeness.template else "looks like no template known here"
    how = " (its template)" if likeness.by_template else " (expected, by its wording)" if likeness.template else ""
    facts = {
        "Line": f"{mail.encryption or 'in clear'}, {_sign_in(mail)}",
        "Sender": mail.sender or "(empty)",
        "From": mail.header_from,
        "To": ", ".join(mail.recipients),
        "Subject": mail.subject or "(none)",
        "Size": f"{mail.size} bytes{', HTML shown as text' if mail.html else ''}",
        "Mail": _FATES[mail.fate],
    }
    head = style.heading(style.plain(f"{mail.at:%H:%M:%S} UTC  mail {mail.number} from {mail.peer}, {like}{how}"))
    lines = ["", head, *(f"  {name:<8} {style.plain(value)}" for name, value in facts.items() if value), ""]
    lines += [f"  | {style.plain(line)}".rstrip() for line in mail.body.split("\n")]
    return "\n".join([*lines, "", ""])


def _sign_in(mail: Mail) -> str:
    return f"signed in as {mail.sign_in.username} ({mail.sign_in.mechanism})" if mail.sign_in else "no sign-in tried"


def _fate_text(fated: Fated, profile: Profile | None, style: Style) -> str:
    seen, host = fated.observation, profile.endpoint.host if profile else "the server"
    if fated.fate is Fate.SENT_ON and seen is not None:
        queue = f" as queue id {seen.queue_id}" if seen.queue_id else ""
        return _sentence(f"mail {fated.number}: accepted by {host}{queue}", style)
    why = f" {_cause(seen, profile)}" if seen is not None and not seen.passed else ""
    left = f" Not sent to: {', '.join(fated.left)}." if fated.left else ""
    return _sentence(f"mail {fated.number}: {_FATES[fated.fate]}.{left}{why}", style)


def _cause(seen: Observation, profile: Profile | None) -> str:
    """Return the handbook's title for what was seen, as a sentence."""
    if profile is None:
        return ""
    from wizard.diagnosis import diagnose

    found = next(iter(diagnose(seen, profile)), None)
    said = f"{found.title} ({found.id})" if found else str(seen.reply or seen.error or seen.kind)
    return f"{said.rstrip('.')}."


def _ticked(steps: tuple[State, ...], step: Step | None, style: Style) -> str:
    done = (f"{state.title}{f' ({state.note})' if state.note else ''}" for state in steps if state.step is step and state.done)
    return "".join(style.fit(f"{style.sign('ok')}  {line}\n") for line in done)


# -- JSON ------------------------------------------------------------------------------------------------------------------


def _line(facts: dict[str, Any]) -> str:
    from wizard.render.style import safe_json

    return safe_json(json.dumps(facts, ensure_ascii=False)) + "\n"


def _mail_json(seen: Seen) -> dict[str, Any]:
    mail = seen.mail
    return {
        "event": "mail",
        "number": mail.number,
        "at": f"{mail.at:%Y-%m-%dT%H:%M:%SZ}",
        "peer": mail.peer,
        "hello": mail.hello or None,
        "tls": mail.encryption or None,
        "sign_in": {"mechanism": mail.sign_in.mechanism, "username": mail.sign_in.username} if mail.sign_in else None,
        "sender": mail.sender or None,
        "recipients": list(mail.recipients),
        "from": mail.header_from or None,
        "subject": mail.subject or None,
        "body": mail.body,
        "html": mail.html,
        "bytes": mail.size,
        "token": mail.token or None,
        "queue_id": mail.queue_id,
        "template": seen.likeness.template or None,
        "by_template": seen.likeness.by_template,
        "sign_off": seen.likeness.sign_off,
        "fate": mail.fate.value,
        "file": str(mail.file),
    }


def _fate_json(fated: Fated) -> dict[str, Any]:
    observed = _observed(fated.observation) if fated.observation else {"stage": None, "code": None, "queue_id": None}
    return {"event": "fate", "number": fated.number, "fate": fated.fate.value, "left": list(fated.left), **observed}


def _observed(seen: Observation) -> dict[str, Any]:
    return {"stage": seen.stage.value, "code": seen.reply.code if seen.reply else None, "queue_id": seen.queue_id}


def _step_json(step: State) -> dict[str, Any]:
    return {"step": step.step.value, "done": step.done, "note": step.note or None}
