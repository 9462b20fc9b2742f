"""The reader of pasted text: how servers, systems and libraries write down what went wrong. Must not know what it means."""
