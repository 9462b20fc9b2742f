"""The engine: talks to mail servers and says what happened. Knows no sentences for users, no files, no screens."""
