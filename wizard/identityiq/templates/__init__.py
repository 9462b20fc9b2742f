"""IdentityIQ's e-mail templates: read, rendered with sample arguments, shown as text, examined, recognised."""

from wizard.identityiq.templates.collect import Collection, collect, collect_bytes, sample, samples, templates_of
from wizard.identityiq.templates.flaw import TemplateFlaw
from wizard.identityiq.templates.letters import letter_of
from wizard.identityiq.templates.lint import lint
from wizard.identityiq.templates.looks import looks_like
from wizard.identityiq.templates.mail import Part, Problem, Rendered, Trouble, Use
from wizard.identityiq.templates.plain import as_text
from wizard.identityiq.templates.rendering import render, render_all, render_async
from wizard.identityiq.templates.template import Argument, Passage, Template, read

__all__ = [
    "Argument",
    "Collection",
    "Part",
    "Passage",
    "Problem",
    "Rendered",
    "Template",
    "TemplateFlaw",
    "Trouble",
    "Use",
    "as_text",
    "collect",
    "collect_bytes",
    "letter_of",
    "lint",
    "looks_like",
    "read",
    "render",
    "render_all",
    "render_async",
    "sample",
    "samples",
    "templates_of",
]
