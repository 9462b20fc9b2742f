"""argv to a command, or to the wizard. Imports the wizard's face only when it opens it."""
