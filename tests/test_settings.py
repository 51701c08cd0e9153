"""An installation that is not in order says which variable, and what to do, and never shows a secret."""

import base64
import os
import stat
from pathlib import Path

import pytest

from casecoord import local
from casecoord.settings import CONNECTIONS, Mode, Settings, SettingsError, migrator_urls


def key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


COMPLETE = {
    "DATABASE_URL": "postgresql://casecoord:very-secret@db/casecoord",
    "CASECOORD_MASTER_KEY": key("m"),
    "CASECOORD_MATCH_KEY": key("b"),
    "CASECOORD_SESSION_KEY": key("s"),
    "OIDC_ISSUER": "https://login.example.nl",
    "OIDC_CLIENT_ID": "casecoord",
    "OIDC_CLIENT_SECRET": "also-very-secret",
    "OIDC_AUDIENCE": "casecoord",
    "CASECOORD_PUBLIC_URL": "https://casecoord.example.nl/",
}


def problems(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(env)
    return refused.value.problems


def test_a_complete_environment_is_production_unless_it_says_otherwise():
    settings = Settings.from_environment(COMPLETE)
    assert settings.mode is Mode.PRODUCTION and not settings.development
    assert settings.master_key == b"m" * 32
    assert settings.public_url == "https://casecoord.example.nl"
    assert settings.port == 8000
    assert settings.database_url_migrator == settings.database_url_sequencer == settings.database_url


def test_so_many_connections_as_are_chosen_and_no_number_that_is_none():
    assert Settings.from_environment(COMPLETE).connections == CONNECTIONS
    for given in ("", "7"):
        settings = Settings.from_environment({**COMPLETE, "CASECOORD_CONNECTIONS": given})
        assert settings.connections == int(given or CONNECTIONS)
        assert settings.database().queue.free == settings.connections
    for given in ("0", "101", "many", "-3", "²"):
        (problem,) = problems({**COMPLETE, "CASECOORD_CONNECTIONS": given})
        assert problem.startswith("CASECOORD_CONNECTIONS is no number from 1 to 100")


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_each_missing_variable_is_named(name):
    found = problems({other: value for other, value in COMPLETE.items() if other != name})
    assert [line.split(" ")[0] for line in found] == [name]


def test_an_empty_environment_names_all_at_once():
    assert {line.split(" ")[0] for line in problems({})} == set(COMPLETE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CASECOORD_MASTER_KEY", "short"),
        ("CASECOORD_MASTER_KEY", base64.b64encode(b"k" * 31).decode()),
        ("CASECOORD_MATCH_KEY", "é" * 44),
        ("DATABASE_URL", "mysql://root:very-secret@db/x"),
        ("OIDC_ISSUER", "http://login.example.nl"),
        ("OIDC_ISSUER", "login.example.nl"),
        ("CASECOORD_PUBLIC_URL", "http://casecoord.example.nl"),
        ("CASECOORD_MODE", "prod"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(name, value):
    found = problems({**COMPLETE, name: value})
    assert len(found) == 1 and found[0].startswith(name)
    assert "very-secret" not in found[0] and (len(value) < 10 or value not in found[0])


def test_one_key_for_two_things_is_refused():
    assert "different keys" in problems({**COMPLETE, "CASECOORD_MATCH_KEY": key("m")})[0]


def test_http_will_do_on_the_own_machine_and_in_development():
    Settings.from_environment({**COMPLETE, "OIDC_ISSUER": "http://127.0.0.1:8001"})
    Settings.from_environment({**COMPLETE, "OIDC_ISSUER": "http://idp:8001", "CASECOORD_MODE": "development"})


def test_a_secret_may_come_from_a_file(tmp_path):
    path = tmp_path / "key"
    path.write_text(key("f") + "\n")
    env = {name: value for name, value in COMPLETE.items() if name != "CASECOORD_MASTER_KEY"}
    assert Settings.from_environment({**env, "CASECOORD_MASTER_KEY_FILE": str(path)}).master_key == b"f" * 32


def test_without_a_mail_server_nobody_gets_mail_and_with_one_there_is_a_sender():
    assert Settings.from_environment(COMPLETE).smtp_url is None
    mail = {"SMTP_URL": "smtp://me:very-secret@mail:587", "CASECOORD_MAIL_FROM": "casecoord@example.nl"}
    settings = Settings.from_environment({**COMPLETE, **mail})
    assert (settings.smtp_url, settings.mail_from) == tuple(mail.values())
    assert "very-secret" not in repr(settings)
    (problem,) = problems({**COMPLETE, "SMTP_URL": mail["SMTP_URL"]})
    assert problem.startswith("CASECOORD_MAIL_FROM is not set")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "http://me:very-secret@mail"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://me:very-secret@mail:port"),
        ("CASECOORD_MAIL_FROM", "casecoord"),
        ("CASECOORD_MAIL_FROM", "a@b, c@d"),
        ("CASECOORD_MAIL_FROM", "a@b\nBcc: c@d"),
    ],
)
def test_a_wrong_mail_setting_is_named_and_not_repeated(name, value):
    mail = {"SMTP_URL": "smtp://mail", "CASECOORD_MAIL_FROM": "casecoord@example.nl"}
    (problem,) = problems({**COMPLETE, **mail, name: value})
    assert (
        problem.startswith(name)
        and "very-secret" not in problem
        and (len(value) < 10 or value not in problem)
    )


def test_the_key_that_signs_the_log_is_only_where_it_was_given_and_no_other_key_again():
    none = Settings.from_environment(COMPLETE)
    assert (none.checkpoint_key, none.checkpoints) == (None, None)
    given = {"CASECOORD_CHECKPOINT_KEY": key("c"), "CASECOORD_CHECKPOINTS": "/somewhere"}
    settings = Settings.from_environment({**COMPLETE, **given})
    assert (settings.checkpoint_key, settings.checkpoints) == (b"c" * 32, Path("/somewhere"))
    assert key("c") not in repr(settings) and "cccc" not in repr(settings)
    assert "different keys" in problems({**COMPLETE, "CASECOORD_CHECKPOINT_KEY": key("m")})[0]


@pytest.mark.parametrize("content", [None, "", "\xff\xfe"])
def test_a_file_that_holds_nothing_readable_is_named(tmp_path, content):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content, encoding="latin-1")
    env = {name: value for name, value in COMPLETE.items() if name != "CASECOORD_MASTER_KEY"}
    assert problems({**env, "CASECOORD_MASTER_KEY_FILE": str(path)})[0].startswith(
        "CASECOORD_MASTER_KEY_FILE"
    )


def test_a_secret_given_twice_is_refused(tmp_path):
    found = problems({**COMPLETE, "CASECOORD_MASTER_KEY_FILE": str(tmp_path / "key")})
    assert found == ["CASECOORD_MASTER_KEY and CASECOORD_MASTER_KEY_FILE are both set: keep one"]


def test_printing_the_settings_shows_no_secret():
    shown = repr(Settings.from_environment(COMPLETE))
    assert "OIDC" not in shown and "login.example.nl" in shown
    assert "very-secret" not in shown and "mmmm" not in shown and key("m") not in shown


def test_the_settings_cannot_be_changed_after_they_were_read():
    settings = Settings.from_environment(COMPLETE)
    with pytest.raises(AttributeError):
        settings.port = 1  # type: ignore[misc]


def test_migrating_needs_a_database_and_no_key():
    assert migrator_urls({"DATABASE_URL": "postgresql://a@b/c"}) == ["postgresql://a@b/c"]
    both = {"DATABASE_URL": "postgresql://a@b/c", "DATABASE_URL_MIGRATOR": "postgresql://m@b/c"}
    assert migrator_urls(both) == ["postgresql://m@b/c"]
    with pytest.raises(SettingsError, match=r"^DATABASE_URL is not set"):
        migrator_urls({})


ELSEWHERE = {"CASECOORD_AREA_DATABASES": "zuid=postgresql://a@z/c?sslmode=require noord=postgresql://a@n/c"}


def test_an_area_may_live_in_a_database_of_its_own_with_logins_of_its_own() -> None:
    env = COMPLETE | ELSEWHERE | {"CASECOORD_AREA_DATABASES_SEQUENCER": "zuid=postgresql://s@z/c"}
    settings = Settings.from_environment(env)
    assert [place.codes for place in settings.elsewhere] == [("noord",), ("zuid",)]
    of = settings.apart()
    assert list(of) == ["home", "noord", "zuid"]
    assert of["home"].database_url == settings.database_url and not of["zuid"].elsewhere
    assert of["zuid"].database_url == of["zuid"].database_url_migrator == "postgresql://a@z/c?sslmode=require"
    assert of["zuid"].database_url_sequencer == "postgresql://s@z/c"
    assert list(settings.apart("noord")) == ["noord"] and list(settings.apart("oost")) == ["home"]
    assert migrator_urls(env) == [one.database_url_migrator for one in of.values()]
    assert "postgresql" not in repr(settings)


def test_areas_that_share_a_database_are_asked_for_once() -> None:
    env = COMPLETE | {"CASECOORD_AREA_DATABASES": "a=postgresql://x/1 b=postgresql://x/1"}
    assert [place.codes for place in Settings.from_environment(env).elsewhere] == [("a", "b")]
    home = COMPLETE["DATABASE_URL"]
    assert Settings.from_environment(COMPLETE | {"CASECOORD_AREA_DATABASES": f"a={home}"}).elsewhere == ()


@pytest.mark.parametrize(
    "value",
    ["postgresql://x/1", "a=mysql://secret/1", "=postgresql://secret/1", "a=postgresql://x a=postgresql://y"],
)
def test_a_list_of_databases_that_cannot_be_read_is_one_line_without_what_it_said(value: str) -> None:
    (line,) = problems(COMPLETE | {"CASECOORD_AREA_DATABASES": value})
    assert line.startswith("CASECOORD_AREA_DATABASES ") and "secret" not in line


def test_a_login_for_an_area_that_is_not_named_is_a_problem() -> None:
    (line,) = problems(COMPLETE | ELSEWHERE | {"CASECOORD_AREA_DATABASES_MIGRATOR": "oost=postgresql://x/1"})
    assert "oost" in line


def test_a_machine_without_settings_gets_keys_of_its_own_and_finds_them_again(tmp_path):
    env = {"DATABASE_URL": "postgresql://a@b/c", "PORT": "9000", "OIDC_CLIENT_SECRET": "given"}
    with (
        local.environment(env, tmp_path / "own") as first,
        local.environment(env, tmp_path / "own") as second,
    ):
        one, two = Settings.from_environment(first), Settings.from_environment(second)
    assert one == two and one.development
    assert one.port == 9000 and one.public_url == "http://127.0.0.1:9000"
    assert one.oidc_client_secret == "given"
    with local.environment(env, tmp_path / "other") as other:
        assert Settings.from_environment(other).master_key != one.master_key


def test_generated_keys_are_closed_to_others(tmp_path):
    with local.environment({"DATABASE_URL": "postgresql://a@b/c"}, tmp_path / "own") as env:
        keys = Path(env["CASECOORD_MASTER_KEY_FILE"]).parent
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}
    assert stat.S_IMODE(keys.parent.stat().st_mode) == (0o711 if os.getuid() == 0 else 0o700)


def test_an_installation_that_was_set_up_never_runs_on_the_demos_keys(tmp_path):
    (tmp_path / "keys").mkdir()
    assert local.is_chosen({}, tmp_path) and local.is_chosen({"DATABASE_URL": "postgresql://a@b/c"}, tmp_path)
    assert not local.is_chosen({"CASECOORD_MODE": "production"}, tmp_path)
    assert not local.is_chosen({"CASECOORD_MATCH_KEY_FILE": "/run/secrets/match"}, tmp_path)
    assert not local.is_chosen({}, tmp_path / "elsewhere")


def test_a_token_takes_the_place_of_the_master_key():
    where = "pkcs11:token=our%20token;object=master?module-path=/usr/lib/softhsm/libsofthsm2.so"
    env = {**COMPLETE, "CASECOORD_KEYS": where, "CASECOORD_TOKEN_PIN": "4321"}
    del env["CASECOORD_MASTER_KEY"]
    settings = Settings.from_environment(env)
    assert settings.token is not None and settings.master_key == b""
    assert (settings.token.token, settings.token.label) == ("our token", "master")
    assert settings.token.module.endswith("libsofthsm2.so") and "4321" not in repr(settings)
    without = {name: value for name, value in env.items() if name != "CASECOORD_TOKEN_PIN"}
    assert [line.split(" ")[0] for line in problems(without)] == ["CASECOORD_TOKEN_PIN"]


@pytest.mark.parametrize(
    "where", ["hsm", "pkcs11:", "pkcs11:token=a;object=b", "file:token=a;object=b?module-path=c"]
)
def test_a_place_of_keys_that_is_none_is_named(where):
    (found,) = problems({**COMPLETE, "CASECOORD_KEYS": where})
    assert found.startswith("CASECOORD_KEYS")


def test_of_several_versions_of_the_master_key_the_newest_wraps():
    settings = Settings.from_environment({**COMPLETE, "CASECOORD_MASTER_KEY": f"1:{key('m')} 3:{key('n')}"})
    assert settings.master_key == b"n" * 32
    assert settings.keyring().master.newest() == 3
    for wrong in (f"1:{key('m')} 1:{key('n')}", f"0:{key('m')}", f"65536:{key('m')}", f"a:{key('m')}"):
        (found,) = problems({**COMPLETE, "CASECOORD_MASTER_KEY": wrong})
        assert found.startswith("CASECOORD_MASTER_KEY")
