"""The glue to django-ninja, over HTTP: strict bodies in, models out, every refusal in the lane's envelope."""

import json

import pytest
from django.test import Client

from openagents.wire.bodies import raw_body
from openagents.wire.faults import PAYLOAD_TOO_LARGE, Fault

REQUEST_ID = "req_of_this_test"


@pytest.fixture(autouse=True)
def routes(settings):
    settings.ROOT_URLCONF = "openagents.wire.tests.urls"
    settings.MIDDLEWARE = ["openagents.ops.middleware.RequestIdMiddleware"]


@pytest.fixture
def http():
    return Client(headers={"x-request-id": REQUEST_ID})


def post(http, path, body, content_type="application/json"):
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return http.generic("POST", path, raw, content_type)


def test_a_body_becomes_a_model_and_a_model_the_answer(http):
    answer = post(http, "/internal/v1/spoons", {"madeOf": "wood", "weight_mg": "9007199254740993"})
    assert answer.status_code == 201
    assert answer["content-type"] == "application/json"
    assert answer.content == b'{"made_of":"wood","weight_mg":"9007199254740993","owner":null}'


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/problem+json", "Application/JSON"]
)
def test_json_content_types(http, content_type):
    assert post(http, "/internal/v1/spoons", {"made_of": "tin"}, content_type).status_code == 201


def test_the_flat_lane_names_a_missing_field(http):
    answer = post(http, "/internal/v1/spoons", {"weight_mg": -1})
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_request",
        "message": "made_of: is required",
        "reason_code": "missing_field",
        "details": {
            "errors": {
                "made_of": ["is required"],
                "weight_mg": ["must be an integer from 0 to 18446744073709551615"],
            }
        },
        "request_id": REQUEST_ID,
    }
    assert answer["x-request-id"] == REQUEST_ID


def test_the_public_lane_answers_422_and_names_the_field(http):
    answer = post(http, "/api/spoons", {"made_of": 5})
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"made_of": ["must be a string"]}
    assert answer.json()["error"]["code"] == "invalid_request"
    assert answer.json()["request_id"] == REQUEST_ID


def test_the_executor_lane(http):
    answer = post(http, "/wallet/spoons", {})
    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    assert answer.json()["error"]["requestId"] == REQUEST_ID


def test_an_empty_body_is_an_empty_object(http):
    answer = http.generic("POST", "/internal/v1/spoons", b"")
    assert answer.json()["details"]["errors"] == {"made_of": ["is required"]}
    assert http.generic("PUT", "/internal/v1/spoons/fork", b"").json()["made_of"] == "fork"


MALFORMED = [
    "{",
    " ",
    '{"made_of":"a","made_of":"b"}',
    '{"weight_mg":NaN}',
    '{"made_of":"\\ud800"}',
    '{"made_of":"\\u0000"}',
    '{"weight_mg":99999999999999999999}',
    b"\xff",
]


@pytest.mark.parametrize("path", ["/internal/v1/spoons", "/api/spoons"])
@pytest.mark.parametrize("body", MALFORMED)
def test_malformed_json_is_400_in_every_lane(http, path, body):
    answer = post(http, path, body)
    assert answer.status_code == 400
    assert "valid JSON" in answer.json()["message"]


def test_the_parser_says_what_is_wrong(http):
    message = post(http, "/internal/v1/spoons", '{"a":1,"a":2}').json()["message"]
    assert "duplicate key" in message


@pytest.mark.parametrize("body", ["[]", "1", "null", '"x"'])
def test_a_body_that_is_no_object_is_invalid(http, body):
    answer = post(http, "/api/spoons", body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"body": ["must be a JSON object"]}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_another_content_type_is_415(http, content_type):
    answer = post(http, "/internal/v1/spoons", {"made_of": "a"}, content_type)
    assert answer.status_code == 415
    assert answer.json()["error"] == "unsupported_media_type"


def test_a_body_over_the_limit_is_413_before_it_is_parsed(http):
    answer = post(http, "/internal/v1/spoons", "{" * 2001)
    assert answer.status_code == 413
    assert answer.json()["details"] == {"max_bytes": 2000}


def test_a_route_may_have_its_own_limit(http):
    fits = json.dumps({"made_of": "x" * 3000})
    assert http.generic("PUT", "/internal/v1/spoons/a", fits, "application/json").status_code == 200
    over = json.dumps({"made_of": "x" * 4000})
    assert http.generic("PUT", "/internal/v1/spoons/a", over, "application/json").status_code == 413


def test_djangos_own_limit_is_the_same_refusal(http, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert post(http, "/internal/v1/spoons", {"made_of": "abcdefghij"}).status_code == 413


def test_unknown_fields(http):
    assert post(http, "/internal/v1/spoons", {"made_of": "a", "nope": 1}).status_code == 201
    refused = post(http, "/internal/v1/strict", {"made_of": "a", "nope": 1}).json()
    assert refused["reason_code"] == "unknown_field"
    assert refused["details"]["errors"] == {"nope": ["is not a known field"]}


def test_rules_over_several_fields_name_one_of_them(http):
    answer = post(http, "/api/spoons", {"made_of": "a", "madeOf": "b"})
    assert list(answer.json()["errors"]) == ["made_of"]


def test_query_parameters_are_named_too(http):
    answer = http.get("/api/spoons?limit=many")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["limit"]
    assert http.get("/api/spoons?limit=7").json()["i32"] == 7


def test_complaints_never_quote_the_input(http):
    body = {"made_of": {"hunter2": 1}, "weight_mg": "hunter2"}
    answer = post(http, "/internal/v1/spoons", body)
    assert answer.status_code == 400
    assert b"hunter2" not in answer.content


def test_a_fault_crosses_as_it_is(http):
    answer = http.get("/internal/v1/fail/conflict")
    assert answer.status_code == 409
    assert answer.json() == {
        "error": "conflict",
        "message": "already there",
        "reason_code": "taken",
        "details": {"at": 3},
        "request_id": REQUEST_ID,
    }


def test_a_rate_limit_says_when_to_come_back(http):
    answer = http.get("/api/fail/limited")
    assert (answer.status_code, answer["retry-after"]) == (429, "3")
    assert answer.json()["error"]["retry_after_ms"] == 2500


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("bug", 500, "internal"),
        ("database", 503, "dependency_unavailable"),
        ("missing", 404, "not_found"),
        ("denied", 403, "forbidden"),
        ("ninja", 403, "forbidden"),
    ],
)
def test_other_exceptions_become_catalogue_errors_without_their_text(http, how, status, code):
    answer = http.get(f"/internal/v1/fail/{how}")
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert set(answer.json()) == {"error", "message", "request_id"}
    for word in (b"hunter2", b"10.0.0.3", b"table", b"words"):
        assert word not in answer.content


def test_an_unexpected_exception_is_logged(http, caplog):
    http.get("/internal/v1/fail/bug")
    assert "hunter2" in caplog.text


def test_an_answer_that_does_not_fit_its_message_is_our_bug(http):
    assert http.get("/internal/v1/unfit").json()["error"] == "internal"


@pytest.mark.parametrize("path", ["/internal/v1/spoons", "/internal/v1/later"])
def test_a_wrong_method_is_405_in_the_envelope(http, path):
    answer = http.delete(path)
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(("size", "refused"), [(10, False), (11, True)])
def test_the_real_length_counts_where_none_was_declared(rf, size, refused):
    request = rf.generic("POST", "/", b"x" * size, "application/json")
    assert len(request.body) == size
    del request.META["CONTENT_LENGTH"]
    if refused:
        with pytest.raises(Fault) as caught:
            raw_body(request, 10)
        assert caught.value.kind is PAYLOAD_TOO_LARGE
    else:
        assert raw_body(request, 10) == b"x" * size
