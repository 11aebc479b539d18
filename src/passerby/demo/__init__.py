"""Sample data: fictional users, their actions during one day, and sending them to a running server."""
