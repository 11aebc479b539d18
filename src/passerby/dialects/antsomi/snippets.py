"""Snippets for a page, a tag manager or an app that load the SDKs served by Passerby, which use this dialect.

Values are escaped as JavaScript strings that cannot end the surrounding script element.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, NamedTuple

from passerby.dialects.antsomi.keys import PORTAL_KIND, PROPERTY_KIND
from passerby.dialects.samples import Snippet


class Source(NamedTuple):
    """Where events go: the public address of the ingest port, and the project's ids."""

    url: str
    portal_id: str
    prop_id: str


_STUB: Final = """\
<script>
  window._portalId = {portal_id};
  window._propId = {prop_id};
  (function (w, d) {{
    if (w.web_event) return;
    var e = (w.web_event = function () {{ e.queue.push(arguments); }});
    e.queue = [];
    e.track = e;
    e.identify = function (id, traits) {{ e(function () {{ e.identify(id, traits); }}); }};
    e.resetAnonymousUId = function () {{ e("resetAnonymousUId"); }};
    e.consent = function (given) {{ e("consent", given); }};
    var url = {script};
    try {{
      url = w.trustedTypes.createPolicy("passerby", {{ createScriptURL: String }}).createScriptURL(url);
    }} catch (none) {{}}
    var s = d.createElement("script");
    var own = d.currentScript || d.querySelector("script[nonce]");
    if (own && own.nonce) s.nonce = own.nonce;
    s.async = true;
    s.src = url;
    d.head.appendChild(s);
  }})(window, document);
</script>"""

_TAG: Final = """\
<!-- Tag "Passerby": Custom HTML, trigger "Initialization - All Pages" -->
{stub}

<!-- A tag for each event: Custom HTML, its own trigger, "Passerby" as setup tag, here with a variable "product" -->
<script>
  window.web_event.track("product", "add_to_cart", {{ items: [{{{{product}}}}] }});
</script>"""

_MODULE: Final = """\
// Save {script} as passerby.js next to this file, and mobile.d.ts from the same place as passerby.d.ts.
import AsyncStorage from "@react-native-async-storage/async-storage";
import {{ AppState, Dimensions, Platform }} from "react-native";
import passerby from "./passerby";

const {{ width, height }} = Dimensions.get("screen");

passerby.config({{
  url: {url},
  portalId: {portal_id},
  propId: {prop_id},
  storage: AsyncStorage,
  appState: AppState,
  context: {{
    os: {{ name: Platform.OS, version: String(Platform.Version) }},
    screen: {{ width, height }},
  }},
}});

export * from "./passerby";
export default passerby;"""


def web(source: Source) -> str:
    """Return the snippet for the head of every page. It queues calls until the SDK is loaded."""
    script = _text(f"{source.url}/sdk/web_event.js")
    return _STUB.format(portal_id=_text(source.portal_id), prop_id=_text(source.prop_id), script=script)


def tag_manager(source: Source) -> str:
    """Return the tags for Google Tag Manager: one for every page, and one for an event."""
    return _TAG.format(stub=web(source))


def react_native(source: Source) -> str:
    """Return a module of an app, for its other modules to import."""
    url, portal_id, prop_id = map(_text, source)
    return _MODULE.format(url=url, portal_id=portal_id, prop_id=prop_id, script=f"{source.url}/sdk/mobile.js")


def _snippet(title: str, command: str, write: Callable[[Source], str]) -> Snippet:
    return Snippet(
        title,
        (PORTAL_KIND, PROPERTY_KIND),
        lambda url, keys: write(Source(url, keys[PORTAL_KIND], keys[PROPERTY_KIND])),
        command,
    )


WEB: Final = _snippet("Web page", "web", web)
TAG_MANAGER: Final = _snippet("Google Tag Manager", "gtm", tag_manager)
REACT_NATIVE: Final = _snippet("React Native", "react-native", react_native)


def _text(value: str) -> str:
    return json.dumps(value).replace("<", "\\u003c")
