"""Where a worker's invitation comes from."""

import base64
import io
import stat
import sys
from pathlib import Path

import pytest
from dwhisper_worker.arguments import invitation, parser, requests
from dwhisper_worker.invitation import PREFIX, as_token
from dwhisper_worker.joining import NotInvited, from_environment, pool_name, remember, remembered
from dwhisper_worker.tasks import DEFAULT_POOL, Invitation

KEY = bytes(range(200, 232))
INVITED = Invitation("http://a/api", "mine", KEY)


def test_the_last_that_was_joined_is_remembered_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "down"
    for pool in ("first", "second"):
        remember(Invitation("http://a/api", pool, KEY), folder)
    assert remembered(folder).pool == "second"
    assert [path.name for path in folder.iterdir()] == ["joined"]
    if sys.platform != "win32":
        assert stat.S_IMODE((folder / "joined").stat().st_mode) == 0o600


def test_no_secret_is_left_where_it_could_not_be_kept(tmp_path: Path) -> None:
    (tmp_path / "joined").mkdir()
    with pytest.raises(OSError, match="joined"):
        remember(INVITED, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["joined"]


def test_what_was_damaged_since_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotInvited, match="joined no pool"):
        remembered(tmp_path)
    (tmp_path / "joined").write_bytes(b"\xff")
    with pytest.raises(NotInvited, match="Join again"):
        remembered(tmp_path)


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_secrets_come_from_the_environment(encode: object) -> None:
    encoded = encode(KEY).decode()  # type: ignore[operator]
    environment = {"DWHISPER_POOL_KEY": encoded, "DWHISPER_CONDUCTOR_USER": "me", "DWHISPER_CONDUCTOR_PASSWORD": "x"}
    found = from_environment("https://a:1/api", "", environment)
    assert found == Invitation("https://a:1/api", DEFAULT_POOL, KEY, user="me", password="x")  # noqa: S106 - made up


@pytest.mark.parametrize(
    ("url", "key", "reason"),
    [
        ("a:8080", KEY, "no address"),
        ("ftp://a", KEY, "no address"),
        ("http://localhost:abc", KEY, "no address"),
        ("http://localhost:99999", KEY, "no address"),
        ("https://me:x@a", KEY, "password"),
        ("https://a", b"", "32 bytes"),
        ("https://a", b"short", "32 bytes"),
    ],
)
def test_what_can_not_be_served_is_refused(url: str, key: bytes, reason: str) -> None:
    with pytest.raises(NotInvited, match=reason):
        from_environment(url, "", {"DWHISPER_POOL_KEY": base64.b64encode(key).decode()})


def test_a_password_in_what_is_no_address_is_not_shown() -> None:
    with pytest.raises(NotInvited) as refused:
        from_environment("https://me:s3cret@a:b", "", {})
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "missing"), [("USER", "PASSWORD"), ("PASSWORD", "USER"), ("KEY", "SECRET"), ("SECRET", "KEY")], ids=lambda name: name
)
def test_half_of_the_credentials_is_refused(given: str, missing: str) -> None:
    environment = {"DWHISPER_POOL_KEY": base64.b64encode(KEY).decode(), f"DWHISPER_CONDUCTOR_{given}": "s3cret"}
    with pytest.raises(
        NotInvited, match=f"variable DWHISPER_CONDUCTOR_{given} is given, but DWHISPER_CONDUCTOR_{missing} is not"
    ) as refused:
        from_environment("http://a", "", environment)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["a b", "a-b", "ä", "a/b", " "])
def test_a_pool_is_called_as_the_program_calls_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(INVITED, tmp_path)
    monkeypatch.delenv("DWHISPER_JOIN_TOKEN", raising=False)
    monkeypatch.setenv("DWHISPER_POOL_KEY", base64.b64encode(KEY).decode())
    for command in (["--conductor"], ["--conductor", "http://a"]):
        with pytest.raises(NotInvited, match="is no name of a pool"):
            invitation(parser().parse_args([*command, "--pool", name]), tmp_path)
    assert pool_name(" A_1.b ") == "A_1.b"


def test_a_token_from_standard_input_goes_before_what_was_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(INVITED, tmp_path)
    monkeypatch.delenv("DWHISPER_JOIN_TOKEN", raising=False)
    assert invitation(parser().parse_args(["--conductor"]), tmp_path) == INVITED
    assert invitation(parser().parse_args(["--conductor", "--pool", "other"]), tmp_path).pool == "other"
    monkeypatch.setenv("DWHISPER_JOIN_TOKEN", as_token(Invitation("http://b", "b", KEY)))
    assert invitation(parser().parse_args(["--conductor"]), tmp_path).url == "http://b"
    monkeypatch.setattr(sys, "stdin", io.StringIO(as_token(Invitation("http://c", "c", KEY)) + "\n"))
    assert invitation(parser().parse_args(["--conductor", "--token-stdin"]), tmp_path).url == "http://c"


def test_several_models_are_loaded_once_each(tmp_path: Path) -> None:
    arguments = parser().parse_args(["--conductor", "http://a", "--model", "tiny", "--model", "base", "--model", "tiny", "--threads", "3"])
    assert [(one.model, one.threads, one.folder) for one in requests(arguments, tmp_path)] == [
        ("tiny", 3, str(tmp_path / "models")),
        ("base", 3, str(tmp_path / "models")),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--conductor", "--threads", "-3"],
        ["--conductor", "--threads", "two"],
        [],
        ["--stdio", "--conductor", "http://a"],
        ["join", "--stdio"],
        ["--conductor", "http://a", "--grace", "-1"],
    ],
)
def test_wrong_use_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(wrong)
    assert ended.value.code == 2
    assert "dwhisper-worker" in capsys.readouterr().err


def test_an_invitation_on_the_command_line_is_not_shown_again(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["join", as_token(Invitation("http://a", "pool", bytes(32)))])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "paste" in said
    assert PREFIX not in said
