"""Authentication and authorisation of the console: login, sessions, throttling, permissions and CSRF protection."""
