import json
import socket
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest

from seven_senders_local.front import MAX_BODY_BYTES, Front, listen
from seven_senders_local.http_event import MAX_EVENT_BYTES
from seven_senders_local.processes import StartFailed
from seven_senders_local.workers import FunctionFailed, Stopping

JSON = {"Content-Type": "application/json"}
JUST_FITS = MAX_EVENT_BYTES - 2_000


class Function:
    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.raises: FunctionFailed | None = None

    def __call__(self, event: dict[str, object]) -> object:
        self.events.append(event)
        if self.raises:
            raise self.raises
        return {"statusCode": 202, "headers": {"X-Mark": "m"}, "body": "taken"}


class Client:
    """Keeps one connection, as a browser does."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=10)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = JSON
    ) -> tuple[int, str]:
        self.connection.request(method, path, body, dict(headers))
        response = self.connection.getresponse()
        return response.status, response.read().decode()


@pytest.fixture
def function() -> Function:
    return Function()


def broken_page() -> object:
    raise FunctionFailed("broken")


@pytest.fixture
def front(function: Function) -> Iterator[Front]:
    pages = {"GET /_local/page": lambda: {"a": 1}, "POST /_local/broken": broken_page}
    front = Front(listen(0), deliver=function, pages=pages)
    thread = Thread(target=front.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield front
    front.shutdown()
    thread.join()
    front.server_close()


@pytest.fixture
def client(front: Front) -> Iterator[Client]:
    client = Client(front.server_port)
    yield client
    client.connection.close()


def test_it_listens_on_this_machine_only(front: Front) -> None:
    assert front.socket.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_named(front: Front, function: Function) -> None:
    taken = front.server_port
    with pytest.raises(StartFailed, match=f"^port {taken} is taken: choose another with --port$"):
        listen(taken)


def test_a_delivery_reaches_the_function_and_its_answer_the_shop(
    client: Client, function: Function
) -> None:
    assert client.ask("POST", "/webhooks/my-shop", b'{"id": 1}') == (202, "taken")
    [event] = function.events
    assert event["body"] == '{"id": 1}'
    assert event["pathParameters"] == {"connection": "my-shop"}
    assert event["routeKey"] == "POST /webhooks/{connection}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/webhooks/my-shop"),
        ("POST", "/webhooks/"),
        ("POST", "/webhooks/my-shop/more"),
        ("POST", "/"),
        ("DELETE", "/_local/page"),
    ],
)
def test_what_is_no_route_is_not_found(
    client: Client, function: Function, method: str, path: str
) -> None:
    status, _ = client.ask(method, path)
    assert status == 404
    assert not function.events


def test_the_name_of_a_connection_is_decoded(client: Client, function: Function) -> None:
    client.ask("POST", "/webhooks/a%2Fb?x=1")
    assert function.events[0]["pathParameters"] == {"connection": "a/b"}


def test_a_page_is_answered_as_json(client: Client) -> None:
    assert client.ask("GET", "/_local/page") == (200, '{"a": 1}')


@pytest.mark.parametrize("path", ["/webhooks/my-shop", "/_local/broken"])
def test_a_function_that_fails_is_an_internal_error(
    client: Client, function: Function, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    function.raises = FunctionFailed("broken")
    assert client.ask("POST", path) == (500, '{"message": "Internal Server Error"}')
    assert caplog.messages == ["broken"]


def test_a_delivery_that_the_end_of_the_stack_cuts_off_is_not_taken_and_not_told(
    client: Client, function: Function, caplog: pytest.LogCaptureFixture
) -> None:
    function.raises = Stopping("stopping")
    assert client.ask("POST", "/webhooks/my-shop")[0] == 500
    assert not caplog.messages


def test_a_body_that_fits_an_event_is_left_to_the_function(
    client: Client, function: Function
) -> None:
    status, _ = client.ask("POST", "/webhooks/my-shop", b"a" * JUST_FITS)
    assert status == 202
    assert len(json.dumps(function.events[0])) > 6_000_000


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b"a" * MAX_EVENT_BYTES, JSON, id="as text"),
        pytest.param(b"a" * (JUST_FITS * 3 // 4 + 10_000), {}, id="as base64"),
        pytest.param(b'"' * (JUST_FITS // 2 + 2_000), JSON, id="with its escapes"),
        pytest.param(b"a" * (MAX_BODY_BYTES + 1), JSON, id="for API Gateway"),
    ],
)
def test_a_body_that_is_too_large_is_turned_away_and_the_next_one_taken(
    client: Client, function: Function, body: bytes, headers: Mapping[str, str]
) -> None:
    status, _ = client.ask("POST", "/webhooks/my-shop", body, headers)
    assert status == 413
    assert not function.events
    assert client.ask("POST", "/webhooks/my-shop", b"{}")[0] == 202


@pytest.mark.parametrize(
    "headers", [{"Transfer-Encoding": "chunked"}, {"Content-Length": "9" * 5_000}], ids=str
)
def test_a_body_of_unknown_length_is_turned_away(
    client: Client, headers: Mapping[str, str]
) -> None:
    assert client.ask("POST", "/webhooks/my-shop", b"0\r\n\r\n", headers)[0] == 411


def test_an_odd_target_is_not_found(client: Client) -> None:
    assert client.ask("POST", "//[::1", b"{}")[0] == 404


def test_a_client_that_goes_away_is_no_trouble_and_its_half_body_is_dropped(
    front: Front, client: Client, function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(("127.0.0.1", front.server_port)) as half:
        half.sendall(b"POST /webhooks/my-shop HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
    assert client.ask("POST", "/webhooks/my-shop", b"{}")[0] == 202
    assert [event["body"] for event in function.events] == ["{}"]
    assert "Traceback" not in capsys.readouterr().err
