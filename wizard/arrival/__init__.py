"""What proves that a message arrived: pasted headers, a look into a mailbox, the code a reader types. Must not know screens."""
