"""Settings come from flags, environment, file and defaults, in this order, and each is in the reference."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.cli.configuration import SettingsError, load
from passerby.cli.settings import reference
from passerby.proxies import Networks
from passerby.settings import SETTINGS, VARIABLES, Setting, Settings, as_flags

ROOT = Path(__file__).parent.parent


def written(folder: Path, text: str, name: str = "settings.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refusal(environ: dict[str, str] | None = None, config: Path | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        load({}, environ, config)
    return str(refused.value)


def test_without_any_source_every_setting_has_its_default() -> None:
    assert load() == Settings()


def test_a_flag_is_stronger_than_the_environment_and_that_than_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 1\nconsole_port = 2\nhost = 'a'\n[edge]\nidle_seconds = 3\n")
    environ = {"PASSERBY_PORT": "10", "PASSERBY_CONSOLE_PORT": "20"}
    settings = load({"port": 100}, environ, file)
    assert (settings.port, settings.console_port, settings.host, settings.edge.idle_seconds) == (100, 20, "a", 3.0)


def test_a_flag_that_was_not_given_decides_nothing() -> None:
    assert load({"port": None}, {"PASSERBY_PORT": "10"}).port == 10


def test_the_file_in_the_data_directory_is_read_unless_another_one_is_named(tmp_path: Path) -> None:
    written(tmp_path, "port = 1\n", "passerby.toml")
    other = written(tmp_path, "console_port = 2\n")
    assert load({"data": tmp_path}).port == 1
    assert load({"data": tmp_path}, {}, other).port == Settings().port
    assert load({"data": tmp_path}, {"PASSERBY_CONFIG": str(other)}).console_port == 2


def test_a_file_in_the_data_directory_cannot_name_another_data_directory(tmp_path: Path) -> None:
    written(tmp_path, "data = 'elsewhere'\n", "passerby.toml")
    with pytest.raises(SettingsError, match="cannot name another data directory"):
        load({"data": tmp_path})


def test_a_file_elsewhere_names_the_data_directory(tmp_path: Path) -> None:
    assert load({}, {}, written(tmp_path, "data = 'elsewhere'\n")).data == Path("elsewhere")


def test_an_unknown_variable_is_refused_and_the_nearest_named() -> None:
    assert refusal({"PASSERBY_EDGE_IDLE_SECOND": "5"}) == (
        "PASSERBY_EDGE_IDLE_SECOND: no such setting; did you mean PASSERBY_EDGE_IDLE_SECONDS?"
    )


def test_a_variable_like_no_setting_is_refused_without_a_guess() -> None:
    assert refusal({"PASSERBY_ZZZZZZ": ""}) == "PASSERBY_ZZZZZZ: no such setting"


def test_variables_that_are_no_settings_are_left_alone() -> None:
    assert load({}, {"PASSERBY_CONSOLE_PASSWORD": "whatever", "HOME": "/"}) == Settings()


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("prot = 1", "prot: no such setting; did you mean port?"),
        ("[edge]\nidle_second = 1", "edge.idle_second: no such setting; did you mean edge.idle_seconds?"),
        ("edge = 1", "edge: no such setting"),
        ("port = [", "Invalid value"),
        ("port = 'x'", "port: Expected `int`, got `str`; its default is 8080"),
    ],
)
def test_errors_in_a_file_are_reported_with_their_location(tmp_path: Path, text: str, complaint: str) -> None:
    file = written(tmp_path, text)
    said = refusal(config=file)
    assert complaint in said
    assert str(file) in said


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(config=tmp_path / "none.toml")


def test_all_errors_are_reported_at_once() -> None:
    said = refusal({"PASSERBY_PORT": "70000", "PASSERBY_LOG_FORMAT": "loud", "PASSERBY_NOPE": "1"})
    assert len(said.splitlines()) == 3


@pytest.mark.parametrize("value, factor", [("documented", 1.0), ("off", 0.0), ("2.5", 2.5), ("10", 10.0)])
def test_rate_limits_are_a_factor_on_what_the_vendor_documents(value: str, factor: float) -> None:
    assert load({"edge_rate_limits": value}).edge.rate_factor == factor


@pytest.mark.parametrize("value", ["some", "-1", "1.", "nan", ""])
def test_rate_limits_that_are_no_factor_are_refused(value: str) -> None:
    assert "PASSERBY_EDGE_RATE_LIMITS" in refusal({"PASSERBY_EDGE_RATE_LIMITS": value})


def test_trusted_proxies_are_networks_from_every_source(tmp_path: Path) -> None:
    expected = Networks("10.0.0.0/8,2001:db8::/32")
    assert load({"trusted_proxies": "10.0.0.0/8, 2001:db8::/32"}).trusted_proxies == expected
    assert load({}, {"PASSERBY_TRUSTED_PROXIES": "10.1.2.3/8,2001:db8::1/32"}).trusted_proxies == expected
    file = written(tmp_path, "trusted_proxies = ['10.0.0.0/8', '2001:db8::/32']\nproxy_header = 'x-real-ip'\n")
    assert load({}, {}, file).trusted_proxies == expected
    assert load({}, {}, file).proxy_header == "x-real-ip"
    assert load({"trusted_proxies": ""}).trusted_proxies == Networks()


@pytest.mark.parametrize(
    "value", ["somewhere", "10.0.0.0/33", "10.0.0.0/8;::1", "::1/129", ",".join(["10.0.0.1"] * 1_001)]
)
def test_trusted_proxies_that_are_no_networks_are_refused(value: str) -> None:
    assert "PASSERBY_TRUSTED_PROXIES: " in refusal({"PASSERBY_TRUSTED_PROXIES": value})


def test_a_file_with_other_values_than_networks_is_refused(tmp_path: Path) -> None:
    assert "trusted_proxies: Expected a list of networks" in refusal(
        config=written(tmp_path, "trusted_proxies = [1]\n")
    )


def test_the_console_listens_on_the_ingest_ports_address_by_default() -> None:
    assert load({"host": "h"}).console_address == "h"
    assert load({"host": "h", "console_host": "c"}).console_address == "c"


@given(
    port=st.integers(0, 65_535),
    host=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
    idle=st.floats(0.001, 3600),
    retention=st.integers(0, 2**50),
)
def test_settings_written_as_flags_are_read_back_the_same(port: int, host: str, idle: float, retention: int) -> None:
    before = load({"port": port, "host": host, "edge_idle_seconds": idle, "log_retention_bytes": retention})
    split = (flag.partition("=") for flag in as_flags(before))
    by_flag = {setting.flag: setting.name for setting in SETTINGS}
    assert load({by_flag[flag]: value for flag, _, value in split}) == before


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_can_be_given_in_the_environment(setting: Setting) -> None:
    settings = load({}, {setting.variable: str(setting.default)})
    assert setting.value_in(settings) == setting.default


def test_every_setting_says_what_it_does() -> None:
    assert all(setting.help.endswith(".") or "`" in setting.help for setting in SETTINGS)


def test_every_number_has_a_unit_but_ports() -> None:
    numbers = [setting for setting in SETTINGS if type(setting.default) in {int, float}]
    without = {setting.name for setting in numbers if not setting.unit}
    assert without == {"port", "console_port"}


def test_the_reference_names_every_setting_and_variable() -> None:
    text = reference()
    assert all(f"`{setting.flag}`" in text and f"`{setting.variable}`" in text for setting in SETTINGS)
    assert all(f"`{variable}`" in text for variable in VARIABLES)


def test_the_reference_in_docs_is_the_one_that_the_code_writes() -> None:
    assert (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8") == reference()
