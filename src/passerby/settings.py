"""The settings: their names, units, limits and defaults.

The structs below are the only place where a setting is declared. Its flag, its environment variable, its line in the
TOML file, its entry in `passerby serve --help` and its row in `docs/reference/settings.md` follow from its field.
`passerby.cli.configuration` reads the values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

import msgspec
from msgspec import Meta

from passerby.catalogue.rules import DEFAULT_LIMITS, Limits
from passerby.proxies import LOOPBACK, Networks, ProxyHeader, TrustedProxies

PREFIX = "PASSERBY_"
CONFIG = "PASSERBY_CONFIG"
CONSOLE_PASSWORD = "PASSERBY_CONSOLE_PASSWORD"  # noqa: S105 - the name of a variable, not a password
SECRET_KEY = "PASSERBY_SECRET_KEY"  # noqa: S105 - likewise
FILE_NAME = "passerby.toml"

VARIABLES: Mapping[str, str] = {
    CONFIG: "The TOML file to read, as `--config`.",
    CONSOLE_PASSWORD: "The password of the console user `admin`: `init` uses it instead of a random one, and `serve` "
    "sets it at every start.",
    SECRET_KEY: "The key that secrets of other services are encrypted with: 32 bytes in base64, as "
    "`openssl rand -base64 32` prints. Without it, the file `secret.key` in the data directory is the key.",
}
"""Environment variables that are not settings, and their descriptions."""


def _about(help_text: str, unit: str = "", **limits: Any) -> Meta:
    return Meta(description=help_text, extra={"unit": unit}, **limits)


class EdgeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The ingest port: its processes, timeouts and limits."""

    processes: Annotated[int, _about("Edge processes; 0 chooses by the cores found.", "processes", ge=0, le=256)] = 0
    request_deadline_seconds: Annotated[
        float,
        _about("Time a client has to send one request in full; then the response is 408.", "seconds", gt=0, le=600),
    ] = 10.0
    idle_seconds: Annotated[
        float, _about("Time a connection may stay open without a request.", "seconds", gt=0, le=3600)
    ] = 30.0
    max_connections: Annotated[
        int, _about("Connections that one edge process holds open at once.", "connections", ge=1, le=1_000_000)
    ] = 10_000
    pending_bytes: Annotated[
        int,
        _about(
            "Messages that one edge process holds while they are written; beyond that it responds with 429.",
            "bytes",
            ge=1 << 20,
        ),
    ] = 64 << 20
    public_url: Annotated[
        str,
        _about(
            "Address at which browsers and apps reach the ingest port, such as `https://events.example.com`; SDKs that "
            "fetch their settings receive it. Empty: the address that they requested.",
            pattern=r"^(https?://([A-Za-z0-9][A-Za-z0-9._-]{0,254}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?)?$",
        ),
    ] = ""
    rate_limits: Annotated[
        str,
        _about(
            "Requests a key may make: `documented` (the vendor's limits), `off`, or a factor on those, such as `2.5`.",
            pattern=r"^(documented|off|[0-9]{1,6}([.][0-9]{1,6})?)$",
        ),
    ] = "documented"

    @property
    def rate_factor(self) -> float:
        """Return the factor on a vendor's documented rate; 0.0 means no limit."""
        if self.rate_limits == "documented":
            return 1.0
        return 0.0 if self.rate_limits == "off" else float(self.rate_limits)


class LogSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Retention of accepted messages in the log. Messages that a reader still needs are kept longer."""

    retention_days: Annotated[float, _about("Age at which messages leave the log.", "days", gt=0, le=36_500)] = 7.0
    retention_bytes: Annotated[
        int, _about("Size at which the oldest messages leave the log; 0 sets no limit.", "bytes", ge=0)
    ] = 0


class OutboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How long resolved events and changes of profiles stay in the outbox. Never less than the event store needs."""

    retention: Annotated[float, _about("Age at which rows leave the outbox.", "hours", gt=0, le=8_784)] = 72.0
    max_bytes: Annotated[
        int,
        _about("Size at which the oldest rows leave the outbox before that; 0 sets no limit.", "bytes", ge=0),
    ] = 20_000_000_000


class WorkerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The worker: batches and deduplication."""

    batch_messages: Annotated[
        int, _about("Messages applied in one transaction, at most about.", "messages", ge=1, le=100_000)
    ] = 5_000
    deduplication_days: Annotated[
        float,
        _about(
            "How long the `messageId` of a Segment message is remembered, so that repeats are dropped. One takes about "
            "130 bytes of disk.",
            "days",
            gt=0,
            le=366,
        ),
    ] = 30.0


class CatalogueSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the data catalog, for each project and all dialects."""

    event_names: Annotated[
        int,
        _about(
            "Event names in the catalogue; events with other names are stored too.",
            "names",
            ge=1,
            le=100_000,
        ),
    ] = DEFAULT_LIMITS.event_names
    attributes_per_event: Annotated[
        int,
        _about(
            "Attributes of an event name in the catalogue; values of others are stored too.",
            "attributes",
            ge=1,
            le=100_000,
        ),
    ] = DEFAULT_LIMITS.attributes_per_event
    traits: Annotated[int, _about("Traits in the catalogue.", "traits", ge=1, le=100_000)] = DEFAULT_LIMITS.traits
    uncatalogued_traits: Annotated[
        int,
        _about("Other traits that a profile may have; further ones are rejected.", "traits", ge=0, le=100_000),
    ] = DEFAULT_LIMITS.uncatalogued_traits
    name_characters: Annotated[
        int,
        _about(
            "Length of an event's or attribute's name; a longer attribute is rejected, a longer event not catalogued.",
            "characters",
            ge=50,
            le=500,
        ),
    ] = DEFAULT_LIMITS.name_characters
    value_bytes: Annotated[
        int, _about("Size of an attribute's value as JSON; a larger one is rejected.", "bytes", ge=8192, le=64 << 20)
    ] = DEFAULT_LIMITS.value_bytes

    @property
    def limits(self) -> Limits:
        """Return them as the catalogue takes them."""
        return Limits(**msgspec.structs.asdict(self))


class DestinationSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses that destinations may send to, in addition to public ones over HTTPS."""

    allow_http: Annotated[bool, _about("Allow destinations without TLS (`http://`).")] = False
    allow_networks: Annotated[
        str,
        _about(
            "Networks that are not public to which destinations may send, in CIDR form and separated by commas, such "
            "as `10.1.0.0/16`.",
            pattern=r"^[0-9A-Fa-f.:/, ]*$",
        ),
    ] = ""
    allow_ports: Annotated[
        str,
        _about(
            "Ports that destinations may use, separated by commas, in addition to 80, 443 and 8000 to 9999.",
            pattern=r"^([0-9]{1,5}( *, *[0-9]{1,5})*)?$",
        ),
    ] = ""

    def __post_init__(self) -> None:
        for network in self.allow_networks.split(","):  # refused at start, not when a destination is used
            if network.strip():
                ip_network(network.strip())


class EventSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The relay that fills the event store, and the memory of its engine."""

    relay_interval_ms: Annotated[
        int, _about("Pause before an empty outbox is read again.", "milliseconds", ge=1, le=60_000)
    ] = 50
    changes_days: Annotated[
        int, _about("Age at which changes of profiles leave the event store.", "days", ge=1, le=10_000)
    ] = 400
    memory_bytes: Annotated[int, _about("Memory that the event store's engine may take.", "bytes", ge=128 << 20)] = (
        512 << 20
    )


class ApiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The management API."""

    wait_max_seconds: Annotated[
        float,
        _about("Maximum of the parameter `wait`; longer values are reduced to it.", "seconds", ge=0, le=600),
    ] = 30.0
    metrics_token: Annotated[
        str,
        _about(
            "Bearer token for `GET /metrics`, at least 16 visible ASCII characters; empty: only clients on the same "
            "machine (loopback) can read metrics. Set it as a variable or in the file, not on the command line.",
            pattern=r"^([\x21-\x7e]{16,256})?$",
        ),
    ] = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of one `passerby serve`."""

    data: Annotated[Path, _about("The data directory.")] = Path("data")
    host: Annotated[str, _about("Address to listen on.", min_length=1)] = "127.0.0.1"
    port: Annotated[int, _about("Ingest port; 0 takes a free one.", ge=0, le=65_535)] = 8080
    console_host: Annotated[str, _about("Address of the console and the API; empty: the same as `host`.")] = ""
    console_port: Annotated[int, _about("Port of the console and the API; 0 takes a free one.", ge=0, le=65_535)] = 8081
    trusted_proxies: Annotated[
        Networks,
        _about(
            "Networks of reverse proxies, as CIDRs separated by commas. The client's address and scheme are read from "
            "their headers only; empty: from no headers."
        ),
    ] = LOOPBACK
    proxy_header: Annotated[
        ProxyHeader,
        _about(
            "The header in which these proxies record the client's address; `auto` takes the first of "
            "`x-forwarded-for`, `forwarded`, `x-real-ip` that is present. Set the one that your proxies write."
        ),
    ] = "auto"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], _about("The least severe log line to write.")
    ] = "info"
    log_format: Annotated[
        Literal["auto", "console", "json"],
        _about("Log lines for people (`console`) or programs (`json`); `auto`: `console` on a terminal."),
    ] = "auto"
    edge: EdgeSettings = EdgeSettings()
    log: LogSettings = LogSettings()
    outbox: OutboxSettings = OutboxSettings()
    worker: WorkerSettings = WorkerSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    events: EventSettings = EventSettings()
    destinations: DestinationSettings = DestinationSettings()
    api: ApiSettings = ApiSettings()

    @property
    def console_address(self) -> str:
        """Return the address that console and API listen on."""
        return self.console_host or self.host

    @property
    def proxies(self) -> TrustedProxies:
        """The trusted reverse proxies. Each call returns a new object with an empty cache."""
        return TrustedProxies(self.trusted_proxies, self.proxy_header)


class Setting(NamedTuple):
    """One setting: its declaration, and the names that are derived from it."""

    section: str
    """The field of `Settings` that holds it, which is its table in the file; empty for a field of `Settings` itself."""
    field: str
    type: Any
    default: Any
    help: str
    unit: str

    @property
    def name(self) -> str:
        """Return the name that flag and variable are made of, such as `edge_idle_seconds`."""
        return f"{self.section}_{self.field}" if self.section else self.field

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()

    @property
    def in_file(self) -> str:
        """Return the name in the TOML file, such as `edge.idle_seconds`."""
        return f"{self.section}.{self.field}" if self.section else self.field

    @property
    def shown_default(self) -> str:
        return "empty" if self.default == "" else str(self.default)

    def value_in(self, settings: Settings) -> Any:
        """Return the value of this setting."""
        return getattr(getattr(settings, self.section) if self.section else settings, self.field)


def _declared(struct: type[msgspec.Struct], section: str) -> Iterator[Setting]:
    hints = get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        kind = hints[field.name]
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            yield from _declared(kind, field.name)
        else:
            meta = kind.__metadata__[0]
            yield Setting(section, field.name, kind, field.default, meta.description, meta.extra["unit"])


SETTINGS: tuple[Setting, ...] = tuple(_declared(Settings, ""))


def as_flags(settings: Settings) -> list[str]:
    """Return the command line that gives exactly these settings, whatever the environment and the file have."""
    return [f"{setting.flag}={setting.value_in(settings)}" for setting in SETTINGS]
