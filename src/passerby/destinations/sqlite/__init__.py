"""Configurations of destinations in the SQLite file of the control plane."""
