"""One test message over Graph's sendMail. Must not know what a refusal means."""

from __future__ import annotations

import json
from typing import NamedTuple

from wizard.identityiq.oauth.line import Answer, Line
from wizard.identityiq.oauth.microsoft import host_of
from wizard.identityiq.oauth.settings import OAuthSettings
from wizard.profile import Password
from wizard.smtp.message import new_token

# The same words as in the message of ``check --deliver``: whoever looks for the token finds it in both.
_TEXT = """This is a test message from SMTP Wizard.

It went from {sender} to {recipient}
over HTTP/OAuth, handed to {host}.

Token: {mark}

If you did not expect this message, you can delete it.
ä ö ü ß € 中文 - if these letters look right, UTF-8 works.
"""


class Sent(NamedTuple):
    """What came of it. ``accepted`` means 202: taken, not yet delivered. ``mark`` stands in the subject and the text.

    ``request_id`` is Graph's own number for the request, for whoever runs it.
    """

    answer: Answer
    mark: str
    request_id: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the service took the message."""
        return self.answer.status == 202


def post(line: Line, settings: OAuthSettings, token: Password) -> Sent:
    """Hand one message over (https://learn.microsoft.com/graph/api/user-sendmail). Blocks. Raises LineBroken."""
    mark = new_token()
    headers = {"Authorization": f"Bearer {token.reveal()}", "Content-Type": "application/json"}
    answer = line.post(settings.email_endpoint, data=json.dumps(message(settings, mark)), headers=headers)
    return Sent(answer, mark, answer.hide(answer.headers.get("request-id", ""))[:100])


def message(settings: OAuthSettings, mark: str) -> dict[str, object]:
    """Return the message as Graph wants it. Its sender is the mailbox in the address; a copy is kept in Sent Items."""
    sender, recipient = settings.sender.strip(), settings.recipient.strip()
    text = _TEXT.format(sender=sender, recipient=recipient, host=host_of(settings.email_endpoint), mark=mark)
    return {
        "message": {
            "subject": f"SMTP Wizard test {mark}",
            "body": {"contentType": "Text", "content": text},
            "from": {"emailAddress": {"address": sender}},
            "toRecipients": [{"emailAddress": {"address": recipient}}],
            "internetMessageHeaders": [{"name": "X-SMTP-Wizard-Token", "value": mark}],
        },
        "saveToSentItems": True,
    }
