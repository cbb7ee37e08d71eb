"""No fixture secret ever appears in a log line, whatever a caller logs by mistake; lines are correlated JSON."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from openagents.ops import context, logs

SECRET = "Zq7xW2mK9vLp4TnR8sYb"
EMAIL = "ada.lovelace@example.test"
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEiLCJ4Ijoi{SECRET}.c2lnbmF0dXJlLW9mLXRoaXM{SECRET}"
SHAPES = (
    f"Bearer {SECRET}",
    f"bearer {SECRET}==",
    f"L402 {SECRET}:{SECRET}",
    JWT,
    f"oa_at_{'a1' * 16}",
    f"nsec1{'q' * 58}",
)
LEAKS = (SECRET, "ada.lovelace", "a1" * 16, "q" * 58)

SECRET_NAMES = """
    authorization Authorization cookie set_cookie token access_token refreshToken secret client_secret password
    passphrase preimage mnemonic nsec macaroon admin_key api_key apiKey X-Api-Key signing_key private_key code signature
"""
NAMES = st.sampled_from(SECRET_NAMES.split())
WORDS = st.text("abcdefgh xyz.,:", max_size=20)
CARRIERS = st.builds("{} {} {}".format, WORDS, st.sampled_from([*SHAPES, EMAIL, f"<{EMAIL}>"]), WORDS)


class Holder:
    """An object that shows what it holds."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Holder({self.text})"


def nested(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    plain_name = st.text("abcdef", min_size=1, max_size=5)
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner),
            st.dictionaries(plain_name, inner, max_size=3),
            st.dictionaries(st.integers(0, 3), inner, max_size=2),
        ),
        max_leaves=5,
    )


EVENTS = st.dictionaries(
    st.text("abcdef", min_size=3, max_size=6).filter(lambda name: name not in ("event", "exc_info")),
    st.one_of(
        nested(CARRIERS),
        nested(CARRIERS.map(Holder)),
        nested(CARRIERS.map(ValueError)),
        st.dictionaries(NAMES, st.one_of(st.just(SECRET), st.just([SECRET]), st.just({"x": SECRET})), min_size=1),
    ),
    max_size=4,
)


@pytest.fixture(params=["json", "pretty"])
def written(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Real configuration of either format; `written()` takes what was logged since the last call."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure({"plane": "control", "role": "control", "level": "debug", "format": request.param})
    structlog.configure(cache_logger_on_first_use=False)
    stream = io.StringIO()
    (handler,) = [item for item in root.handlers if item not in handlers]
    handler.setStream(stream)  # type: ignore[attr-defined]

    def take() -> str:
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return text

    yield take
    root.handlers[:], root.level = handlers, level
    structlog.configure(**before)


def assert_clean(line: str) -> None:
    assert line.strip(), "nothing was logged"
    for leak in LEAKS:
        assert leak not in line


def test_structured_events_leak_nothing(written: Callable[[], str], capsys: pytest.CaptureFixture[str]) -> None:
    @given(EVENTS, CARRIERS, NAMES)
    def check(event: dict[str, Any], text: str, name: str) -> None:
        structlog.get_logger("oa.test").info(text, **event, **{name.replace("-", "_"): SECRET})
        assert_clean(written())

    check()
    assert capsys.readouterr().err == ""  # logging reports its own failures there, with the values


def test_foreign_loggers_and_exceptions_leak_nothing(written: Callable[[], str]) -> None:
    for shape in (*SHAPES, EMAIL):
        logging.getLogger("somebody.else").warning("called with %s", shape)
        assert_clean(written())
        try:
            raise ValueError(f"refused {shape}")
        except ValueError:
            structlog.get_logger("oa.test").exception("failed")
            assert_clean(written())
            logging.getLogger("somebody.else").exception("failed")
            assert_clean(written())


@pytest.mark.parametrize(
    "said",
    [
        {"api_key": SECRET, "run_id": "run_1"},
        {"outer": [{"password": SECRET}]},
        {"clientSecret": SECRET, "n": 3},
        {"token": f"it's {SECRET}"},
        {"authorization": f"Basic {SECRET}"},
        {"secret": b"" + SECRET.encode()},
        {"macaroon": [SECRET, SECRET]},
        {"cookie": {"session": SECRET}},
    ],
)
def test_a_dict_formatted_into_the_text_leaks_nothing(written: Callable[[], str], said: dict[str, Any]) -> None:
    logging.getLogger("somebody.else").warning("called with %s, then %r", said, said)
    assert_clean(written())
    logging.getLogger("somebody.else").warning("called with %s", json.dumps(said, default=str))
    assert_clean(written())
    structlog.get_logger("oa.test").info(f"called with {said}", extra=str(said))
    assert_clean(written())


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_a_dict_formatted_into_the_text_keeps_what_is_no_secret(written: Callable[[], str]) -> None:
    said = {"run_id": "run_1", "max_tokens": 4096, "doc_key": "runtime/run:1", "token": None, "api_key": SECRET}
    logging.getLogger("somebody.else").warning("called with %s", said)
    event = json.loads(written())["event"]
    assert event == (
        "called with {'run_id': 'run_1', 'max_tokens': 4096, 'doc_key': 'runtime/run:1', 'token': None, "
        "'api_key': '[REDACTED]'}"
    )


def test_an_email_keeps_its_first_letter_and_domain(written: Callable[[], str]) -> None:
    structlog.get_logger("oa.test").info("sent", to=EMAIL)
    assert "a***@example.test" in written()


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_lines_are_json_with_what_operations_needs(written: Callable[[], str]) -> None:
    token = context.request_id.set("req-12345")
    structlog.get_logger("oa.test").info("run.created", run_id="run_1", count=3, ok=True, none=None, odd={1: {2}})
    logging.getLogger("somebody.else").error("plain")
    context.request_id.reset(token)
    first, second = (json.loads(line) for line in written().splitlines())
    assert first.pop("ts").endswith("Z")
    assert first == {
        "event": "run.created", "level": "info", "plane": "control", "role": "control", "request_id": "req-12345",
        "run_id": "run_1", "count": 3, "ok": True, "none": None, "odd": {"1": [2]},
    }  # fmt: skip
    assert (second["event"], second["level"], second["request_id"]) == ("plain", "error", "req-12345")


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_a_message_below_the_level_costs_nothing(written: Callable[[], str]) -> None:
    class Loud:
        def __repr__(self) -> str:
            raise AssertionError("rendered for nothing")

    logging.getLogger("oa.quiet").setLevel(logging.ERROR)
    structlog.get_logger("oa.quiet").info("ignored", value=Loud())
    assert written() == ""
