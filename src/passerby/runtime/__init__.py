"""The composition root: opens engines by URL and assembles them into processes. Only the command line imports it."""
