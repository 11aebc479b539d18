"""The sentences that the API, the console and the command line show for records that are stored as data. Pure."""
