"""The screens: one file each, with the function that gathers and the routes."""
