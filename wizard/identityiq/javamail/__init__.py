"""The mail library IdentityIQ uses, run as IdentityIQ is expected to run it, or foretold. Must not know screens or commands.

``send`` (sending.py) runs it, ``predict`` (predicting.py) foretells it, ``compare`` (comparing.py) lays it beside our own check,
``log_lines`` (loglines.py) says what IdentityIQ's log is expected to show.
"""
