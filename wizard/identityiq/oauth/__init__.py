"""IdentityIQ's HTTP/OAuth: the values its page wants, and a live test of them. Must not know screens or files.

``microsoft`` proposes values, ``judging`` says what is wrong with them, ``run.try_out`` tests them; the rest is its tools.
"""

from wizard.identityiq.oauth.judging import Problem, problems, secret_problem
from wizard.identityiq.oauth.model import Claims, OAuthRun, Status, Step, StepResult
from wizard.identityiq.oauth.settings import OAuthSettings, Slot

__all__ = [
    "Claims",
    "OAuthRun",
    "OAuthSettings",
    "Problem",
    "Slot",
    "Status",
    "Step",
    "StepResult",
    "problems",
    "secret_problem",
]
