"""Destinations: where items (events, changes of profiles and segments) are delivered, and every rule of delivery.

Everything here is a pure function or a record, except the configuration's engine in `sqlite`: times are arguments, and
`passerby.delivery` makes the requests.
"""
