"""The live test of the HTTP/OAuth values: reach both hosts, fetch a token, read its permissions, send when asked.

Each step's beginning and end is emitted as the run it leads to. Must not know screens; keeps neither secret nor token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from wizard.diagnosis.model import Finding, Severity
from wizard.identityiq.oauth import permissions, reach
from wizard.identityiq.oauth.answers import about_sending, about_token, elsewhere, no_token
from wizard.identityiq.oauth.line import Line, LineBroken, Proxy, proxy_for
from wizard.identityiq.oauth.microsoft import host_of, place_of
from wizard.identityiq.oauth.model import OAuthRun, Status, Step, StepResult
from wizard.identityiq.oauth.settings import OAuthSettings
from wizard.identityiq.oauth.token import claims_of, fetch
from wizard.profile import Endpoint, Password, Profile, Security
from wizard.smtp.network import Network, in_daemon_thread
from wizard.smtp.observation import Kind, Observation, Stage
from wizard.values import shown

if TYPE_CHECKING:
    from wizard.smtp.https_look import HttpsLook

Emit = Callable[[OAuthRun], None]
_STAGES = {Step.NAME: Stage.RESOLVE, Step.CONNECT: Stage.CONNECT, Step.SECURE: Stage.TLS}
_REACH = tuple(_STAGES)


class _Stopped(Exception):  # noqa: N818 - reads as what happened
    """A step failed, and nothing after it makes sense."""


async def try_out(
    settings: OAuthSettings, secret: Password, emit: Emit, *, send: bool = False, network: Network | None = None
) -> OAuthRun:
    """Test the values once and return what came of it; ``emit`` gets each state in between, and the last.

    One sign-in, one message at most, and that only with ``send``: to ``settings.recipient``, from ``settings.sender``.
    ``settings`` should have no fatal problems (``judging.problems``). Every step ends within ``settings.timeout`` seconds and the
    test within ``settings.total_timeout``. ``network`` is replaced in tests only. Cancel to stop: nothing more is asked.
    """
    test = _Test(settings, secret, emit, network)
    with suppress(_Stopped):
        await test.climb(send=send)
    test.finish()
    return test.run


class _Test:
    def __init__(self, settings: OAuthSettings, secret: Password, emit: Emit, network: Network | None) -> None:
        self.settings = settings
        self.secret = secret
        self.run = OAuthRun(settings)
        self._emit = emit
        self._network = network
        self._loop = asyncio.get_running_loop()
        self._began = self._step_began = self._loop.time()
        self._reached: set[tuple[str, int]] = set()

    async def climb(self, *, send: bool) -> None:
        """Make the steps in order. Raises _Stopped when one ends the test."""
        proxies = await self._reach(self.settings.token_endpoint)
        token = await self._token(proxies)
        self._roles(token)
        try:
            proxies = await self._reach(self.settings.email_endpoint)
        except _Stopped:
            self._skip(Step.SEND, host_of(self.settings.email_endpoint), "not reached")
            raise
        if send:
            await self._send(token, proxies)
        else:
            self._skip(Step.SEND, host_of(self.settings.email_endpoint), "not asked for: --send sends a test message")

    def finish(self) -> None:
        """Say that the test is over, and name the steps that were not reached."""
        made = {result.step for result in self.run.steps}
        for step in (Step.TOKEN, Step.ROLES, Step.SEND):
            if step not in made:
                self._skip(step, "", "not reached")
        self._tell(self.run._replace(seconds=self._loop.time() - self._began, ended=True))

    # Reaching a host ---------------------------------------------------------------------------------------------

    async def _reach(self, url: str) -> Proxy | None:
        """Look at the way to a host, or to the proxy in front of it. Each place is looked at once."""
        host, port = place_of(url)
        try:
            proxy = proxy_for(url)
        except ValueError as problem:
            self._begin(Step.NAME, host)
            self._fail("the proxy cannot be used", reach.unusable_proxy(str(problem)))
            raise _Stopped from None
        place = (proxy.host, proxy.port) if proxy else (host, port)
        if place in self._reached:
            return proxy
        self._reached.add(place)
        if proxy:
            self._tell(self.run._replace(proxy=proxy.shown))
        await self._look(place, proxy, of=host)
        return proxy

    async def _look(self, place: tuple[str, int], proxy: Proxy | None, *, of: str) -> None:
        from wizard.smtp.https_look import HttpsLook

        deadline = self._deadline()
        look = HttpsLook(*place, ca_file=self.settings.ca_file, timeout=deadline, network=self._network)
        try:
            for step in _REACH[:2] if proxy else _REACH:
                await self._look_step(look, step, place, proxy, of=of)
        finally:
            look.close()

    async def _look_step(self, look: HttpsLook, step: Step, place: tuple[str, int], proxy: Proxy | None, *, of: str) -> None:
        self._begin(step, f"{place[0]} (proxy)" if proxy else of)
        seen = await look.stage(_STAGES[step])
        if not seen.passed:
            self._fail(reach.ending(seen), reach.finding(seen, look.profile, proxy=proxy.shown if proxy else ""))
            raise _Stopped
        self._pass(reach.fact(seen, place[1]))

    # The token ---------------------------------------------------------------------------------------------------

    async def _token(self, proxy: Proxy | None) -> Password:
        url = self.settings.token_endpoint
        deadline = self._begin(Step.TOKEN, host_of(url))
        line = self._line(proxy, deadline, url)
        try:
            async with asyncio.timeout(deadline + 1):
                fetched = await in_daemon_thread(lambda: fetch(line, self.settings, self.secret))
        except (LineBroken, TimeoutError) as problem:
            self._broken(problem, url, proxy)
            raise _Stopped from None
        answer = line.answers[-1] if line.answers else None
        if fetched.elsewhere:
            self._fail("another host gives the tokens", elsewhere(fetched.elsewhere, self.settings))
            raise _Stopped
        if not fetched.token or answer is None:
            failed = about_token(answer, self.settings) if answer else no_token(self.settings)
            if answer and answer.status == 200 and not answer.data().get("error"):
                failed = no_token(self.settings)
            self._fail(failed.evidence.text or failed.title, failed)
            raise _Stopped
        self._pass("given")
        return fetched.token

    def _roles(self, token: Password) -> None:
        """Read the permissions. What is missing does not end the test: only sending shows whether Exchange grants it."""
        self._begin(Step.ROLES, host_of(self.settings.token_endpoint))
        claims = claims_of(token)
        if claims is None:
            self._end(Status.SKIPPED, "the token cannot be read, which is allowed: sending tells")
            return
        self._tell(self.run._replace(claims=claims))
        found = permissions.judged(claims, self.settings)
        if any(finding.severity is Severity.ERROR for finding in found):
            self._fail(permissions.spoken(claims), *found)
        else:
            self._tell(self.run.found(*found))
            self._pass(permissions.spoken(claims))

    # Sending -----------------------------------------------------------------------------------------------------

    async def _send(self, token: Password, proxy: Proxy | None) -> None:
        from wizard.identityiq.oauth.sending import post

        url = self.settings.email_endpoint
        deadline = self._begin(Step.SEND, host_of(url))
        line = self._line(proxy, deadline, url, token)
        try:
            async with asyncio.timeout(deadline + 1):
                sent = await in_daemon_thread(lambda: post(line, self.settings, token))
        except (LineBroken, TimeoutError) as problem:
            self._broken(problem, url, proxy)
            return
        self._tell(self.run._replace(request_id=sent.request_id))
        if sent.accepted:
            self._tell(_without_missing_role(self.run)._replace(accepted=True, token=sent.mark))
            self._pass(f"accepted for {shown(self.settings.recipient)}")
            return
        failed = about_sending(sent.answer, self.settings)
        self._fail(failed.evidence.text or f"HTTP {sent.answer.status}", failed)

    # One step ----------------------------------------------------------------------------------------------------

    def _line(self, proxy: Proxy | None, deadline: float, url: str, secret: Password | None = None) -> Line:
        try:
            return Line(ca_file=self.settings.ca_file, proxy=proxy, deadline=deadline, secret=secret or self.secret)
        except OSError as problem:  # the CA file; with a proxy no look has tried it before
            seen = Observation(Stage.TLS, Kind.CA_FILE, error=f"{type(problem).__name__}: {problem}")
            self._fail(reach.ending(seen), reach.finding(seen, _profile(url, self.settings)))
            raise _Stopped from None

    def _broken(self, problem: LineBroken | TimeoutError, url: str, proxy: Proxy | None) -> None:
        seen = problem.seen if isinstance(problem, LineBroken) else Observation(Stage.DATA, Kind.TIMEOUT)
        self._fail(reach.ending(seen), reach.finding(seen, _profile(url, self.settings), proxy=proxy.shown if proxy else ""))

    def _deadline(self) -> float:
        left = self._began + self.settings.total_timeout - self._loop.time()
        return max(0.001, min(self.settings.timeout, left))

    def _begin(self, step: Step, host: str) -> float:
        deadline = self._deadline()
        self._step_began = self._loop.time()
        self._tell(self.run._replace(steps=(*self.run.steps, StepResult(step, host, deadline=deadline))))
        return deadline

    def _pass(self, detail: str) -> None:
        self._end(Status.PASSED, detail)

    def _fail(self, detail: str, *findings: Finding) -> None:
        self.run = self.run.found(*findings)
        self._end(Status.FAILED, detail)

    def _end(self, status: Status, detail: str) -> None:
        last = self.run.steps[-1]._replace(status=status, detail=detail, seconds=self._loop.time() - self._step_began)
        self._tell(self.run._replace(steps=(*self.run.steps[:-1], last)))

    def _skip(self, step: Step, host: str, why: str) -> None:
        self._tell(self.run._replace(steps=(*self.run.steps, StepResult(step, host, Status.SKIPPED, why))))

    def _tell(self, run: OAuthRun) -> None:
        self.run = run
        self._emit(run)


def _profile(url: str, settings: OAuthSettings) -> Profile:
    host, port = place_of(url)
    return Profile(Endpoint(host, port, Security.TLS), ca_file=settings.ca_file, timeout=settings.timeout)


def _without_missing_role(run: OAuthRun) -> OAuthRun:
    """A message that was accepted settles that the permission is there: Exchange grants it."""
    missing = [finding for finding in run.findings if finding.id in (permissions.NO_ROLE, permissions.DELEGATED)]
    if not missing:
        return run
    kept = tuple(finding for finding in run.findings if finding not in missing)
    steps = tuple(
        result._replace(status=Status.PASSED, detail="given in Exchange, not in the token")
        if result.step is Step.ROLES and result.status is Status.FAILED
        else result
        for result in run.steps
    )
    return run._replace(findings=kept, steps=steps).found(permissions.settled(missing[0]))
