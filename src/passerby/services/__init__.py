"""Application services: the use cases of the product, shared by the API, the console and the command line.

A service authorises its caller, reads or changes the stores, records a change in the audit log and raises the errors
of `services.errors`. API routes, console pages and commands translate requests into calls of services, and results and
errors into their own form; they contain no rules and import no store.
"""
