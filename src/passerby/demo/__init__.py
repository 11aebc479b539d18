"""A lifelike day of calls, to try Passerby with: made-up people, what they do, and sending it to a running server."""
