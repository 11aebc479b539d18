"""Projects, the keys that lead to them, and who may use the console: the control file."""
