"""The control plane: projects, their keys, settings and policies, and console users."""
