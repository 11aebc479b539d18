"""Renders templates with Jinja: every value is escaped, and a name that was not passed to a template is an error."""

from __future__ import annotations

from datetime import UTC
from importlib.metadata import version
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from passerby.console import documentation
from passerby.console.presenters import template_filters
from passerby.console.presenters.units import in_zone
from passerby.console.static import files

_TEMPLATES: Final = Environment(
    loader=PackageLoader("passerby.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.filters |= template_filters.FILTERS
_TEMPLATES.globals |= template_filters.GLOBALS
_TEMPLATES.globals |= {"guide": documentation.guide, "static": files().url, "version": version("passerby")}


def render(template: str, **values: Any) -> str:
    """Render a template with these values; times are in the time zone of `page`, else in UTC. Raises Jinja's errors."""
    with in_zone(values["page"].zone if values.get("page") else UTC):
        return _TEMPLATES.get_template(template).render(values)
