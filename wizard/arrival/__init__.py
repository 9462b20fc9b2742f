"""Whether a message arrived: its token, received headers, a mailbox looked into. Each says what it proves, and no more."""
