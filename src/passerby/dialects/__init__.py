"""The vendors' wire formats: pure functions from an HTTP request to messages and a reply, a file for each vendor."""
