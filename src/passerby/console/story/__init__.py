"""What the screens tell, made out of what the management API gives. Pure: no request, no clock, no engine.

- `words` — what namespaces, stages and kinds of decision are called for people who don't write code
- `people` — by which name a profile is shown
- `faults` — what breaking a rule is called, and what helps
- `refusals` — what the API refused, and what to do about it
- `visits` — a timeline in visits, with the breaks between them
- `members` — what the profiles in a history are called
- `marks` — what people say of the catalogue
- `columns` — which columns a list of profiles has
- `flat` — nested values in lines
- `context` — a profile's context in parts
- `touches` — amounts, campaigns and viewed pages in one line each
- `standard` — standard events, and lists of items as tables
- `spans` — lengths of time in words
"""
