"""What engines on files share: the data directory and its locks, SQLite files, named statements, migrations."""
