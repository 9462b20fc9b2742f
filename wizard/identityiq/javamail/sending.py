"""``send``: one session of the real library, from a job to its outcome. Must not know screens or what the outcome means."""

from __future__ import annotations

import asyncio
import shutil

from wizard.identityiq.installation import JavaRuntime, MailLibrary
from wizard.identityiq.javamail import program
from wizard.identityiq.javamail.job import Job
from wizard.identityiq.javamail.outcome import End, Outcome
from wizard.identityiq.javamail.process import Java, Patience, running
from wizard.identityiq.javamail.reading import outcome_of
from wizard.identityiq.settings import Encryption
from wizard.profile import Password
from wizard.smtp.observation import Stage

PATIENCE = Patience()


async def send(
    runtime: JavaRuntime, library: MailLibrary, job: Job, password: Password | None, *, patience: Patience = PATIENCE
) -> Outcome:
    """Compile the probe where that was not done yet, run it once, and return what happened; never raises for what a server does.

    Signs in at most once. Takes a second or two; a server that says nothing takes the ``patience`` more. Raises
    library.NotHereError when the library cannot be run here.
    """
    prepared = await program.prepare(runtime, library)
    try:
        async with running(prepared) as java:
            return await session(java, job, password, patience=patience, library=prepared.library.version)
    finally:
        if prepared.temporary is not None:
            shutil.rmtree(prepared.temporary, ignore_errors=True)


async def session(
    java: Java, job: Job, password: Password | None, *, patience: Patience = PATIENCE, library: str = ""
) -> Outcome:
    """Do one job in a Java that runs. Where SSL fails in the handshake, see what the fallback does, without a password."""
    job = told_store(java, job)
    began = asyncio.get_running_loop().time()
    outcome = outcome_of(await java.do(job, password, patience), job, password)._replace(library=library)
    outcome = outcome._replace(seconds=asyncio.get_running_loop().time() - began)
    if job.encryption is Encryption.SSL and outcome.end is End.FAILED and outcome.stage is Stage.TLS:
        clear = job._replace(factory=True, guarded=False, username="", deliver=False)
        outcome = outcome._replace(fallback=outcome_of(await java.do(clear, None, patience), clear, None))
    return outcome


def told_store(java: Java, job: Job) -> Job:
    """Give the job the trust store of the Java that runs IdentityIQ where that one has a password of its own.

    The password of a store travels on standard input; as a setting of the process, others could read it.
    """
    trust = java.trust
    if trust is None or not trust.own or trust.password is None or job.truststore:
        return job
    return job._replace(truststore=trust.path, truststore_type=trust.type, truststore_password=trust.password)
