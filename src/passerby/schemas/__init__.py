"""The JSON of requests and responses, with times in ISO 8601, and the functions that make it of the services' records.

The API answers with it, `--json` of the command line prints it, and the console sends it to its live page and as the
`.json` form of its pages. Everything else works with records, whose times are integers. Pure: no I/O, no HTTP.

A struct whose record has the same name ends in `Json`; the OpenAPI description leaves the ending off.
"""
