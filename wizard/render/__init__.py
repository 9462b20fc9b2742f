"""A report in other shapes: text, JSON, Markdown, a monitoring line. Must not know sockets, files or screens."""
