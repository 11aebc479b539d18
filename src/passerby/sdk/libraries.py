"""How Segment's own libraries are pointed at this server, unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

_BROWSER: Final = """\
import {{ AnalyticsBrowser }} from "@segment/analytics-next";

export const analytics = AnalyticsBrowser.load({{
  writeKey: {key},
  cdnURL: {url},
}});"""

_NODE: Final = """\
import {{ Analytics }} from "@segment/analytics-node";

const analytics = new Analytics({{ writeKey: {key}, host: {url} }});
analytics.track({{ userId: "passerby-test", event: "Test Event" }});
await analytics.closeAndFlush();"""

_PYTHON: Final = """\
import segment.analytics as analytics

analytics.write_key = {key}
analytics.host = {url}
analytics.track("passerby-test", "Test Event")
analytics.flush()"""

_SWIFT: Final = """\
import Segment

let analytics = Analytics(configuration: Configuration(writeKey: {key})
    .apiHost({host})
    .cdnHost({host}))"""

_KOTLIN: Final = """\
import com.segment.analytics.kotlin.android.Analytics

val analytics = Analytics({key}, applicationContext) {{
    apiHost = {host}
    cdnHost = {host}
}}"""

LIBRARIES: Final[Mapping[str, str]] = {
    "Browser": _BROWSER,
    "Node": _NODE,
    "Python": _PYTHON,
    "iOS (Swift)": _SWIFT,
    "Android (Kotlin)": _KOTLIN,
}
"""Templates of what to paste, by what it is for."""


def configured(name: str, url: str, write_key: str) -> str:
    """A library's configuration. The mobile libraries take a host without scheme, and always use HTTPS."""
    parts = urlsplit(url)
    host = f"{parts.netloc}{parts.path}/v1"
    return LIBRARIES[name].format(key=json.dumps(write_key), url=json.dumps(url), host=json.dumps(host))
