"""SMTP Wizard: make an application send mail, from a terminal.

Three steps - reach the settings, enter the details, test - over an engine that talks real SMTP, watches each stage and
says what it saw. The same engine runs without a screen as ``smtp-wizard check``.
"""

__version__ = "0.1.0"
