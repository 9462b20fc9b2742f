"""What a kind of encryption is called, wherever it is named to a person. Data only."""

from wizard.profile import Security

# What a kind of encryption is called: in short, in a sentence for somebody new to it, and where it was seen on a port.
MODES = {Security.STARTTLS: "STARTTLS", Security.TLS: "TLS", Security.NONE: "no encryption"}
MODES_SPOKEN = {**MODES, Security.TLS: "TLS from the first byte"}
MODES_SEEN = {**MODES, Security.NONE: "in clear"}
IIQ_WORDS = {Security.STARTTLS: "TLS", Security.TLS: "SSL", Security.NONE: "None"}  # on IdentityIQ's page
