"""The delivery store in an SQLite file of its own, so that destinations wait for no other writer."""
