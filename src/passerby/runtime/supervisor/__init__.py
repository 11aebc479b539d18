"""Starting the roles of one machine, keeping them alive, and stopping them in order."""
