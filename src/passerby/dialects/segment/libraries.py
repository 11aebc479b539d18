"""Configuration of Segment's own libraries, unchanged but for their host and key."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import urlsplit

from passerby.dialects.samples import Snippet
from passerby.dialects.segment.keys import KEY_KIND

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


def configured(template: str, url: str, write_key: str) -> str:
    """Fill in a library's configuration. The mobile libraries take a host without scheme, and always use HTTPS."""
    parts = urlsplit(url)
    host = f"{parts.netloc}{parts.path}/v1"
    return template.format(key=json.dumps(write_key), url=json.dumps(url), host=json.dumps(host))


def _library(title: str, template: str) -> Snippet:
    return Snippet(title, (KEY_KIND,), lambda url, keys: configured(template, url, keys[KEY_KIND]))


IOS: Final = _library("iOS (Swift)", _SWIFT)
ANDROID: Final = _library("Android (Kotlin)", _KOTLIN)
LIBRARIES: Final = (
    _library("Browser", _BROWSER),
    _library("Node", _NODE),
    _library("Python", _PYTHON),
    IOS,
    ANDROID,
)
