"""A rendered template as the letter the engine sends. Must not know who sends it, nor how a template was rendered."""

from wizard.identityiq.templates.mail import Rendered
from wizard.identityiq.templates.plain import as_text
from wizard.smtp.letter import Letter


def letter_of(mail: Rendered, *, bare: bool = False) -> Letter:
    """Return the mail to send; ``bare`` leaves out the line with the token at the end of its body."""
    if mail.html:
        return Letter(mail.subject, as_text(mail.body), mail.body, bare)
    return Letter(mail.subject, mail.body.strip("\n") + "\n", "", bare)
