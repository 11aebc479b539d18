"""CustomerLabs' mobile tracking: `/app/externalIds`, `/app/identify`, and one webhook path per source.

- `calls` — paths, keys, answers
- `app` — the two calls of the app, which answer with what is known
- `events` — what a webhook takes: the app's events, and any other JSON
- `naming` — which fields name somebody
- `surroundings` — what is kept beside a message: device, campaign, sender
- `fields` — reading fields as strictly as the vendor documents them
- `wrapping` — the values that the vendor's browser code wraps
"""

from passerby.dialects.customerlabs.calls import match, name

__all__ = ["match", "name"]
