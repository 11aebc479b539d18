"""Pages: one module each, with the function that loads the view, the forms and the routes."""
