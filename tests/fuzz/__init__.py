"""Longer hunts for what crashes, hangs or grows: atheris drives the reader of pasted text and a whole session. ``make fuzz``."""
