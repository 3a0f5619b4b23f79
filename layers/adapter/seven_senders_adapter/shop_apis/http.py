"""One HTTP exchange with a shop: bounded in time, patient while throttled, never redirected."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import requests
from urllib3.exceptions import LocationValueError  # requests lets it through

from seven_senders_adapter.seven_senders.transport import ApiSession
from seven_senders_adapter.shop_apis.shop_api import ShopUnreachable, Throttled, WrongShop

TIME_OUTS = (5, 30)
"""Seconds to connect and for an answer. Shops on small hosts are slow."""

ATTEMPTS = 5
LONGEST_WAIT = 30.0
_USUAL_WAIT = 2.0


class ShopHttp:
    """Calls one shop. ``base_url`` has no closing slash."""

    def __init__(self, base_url: str, *, sleep: Callable[[float], None]) -> None:
        self.base_url = base_url
        self._sleep = sleep
        self._session = ApiSession()

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request, as ``requests`` takes it, again as long as the shop throttles.

        Raises ShopUnreachable, Throttled, or WrongShop if the shop lives elsewhere.
        """
        for _ in range(ATTEMPTS):
            response = self._once(method, path, options)
            if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                return response
            self.wait(_seconds(response.headers))
        raise Throttled(f"{self.base_url} throttles: try again later")

    def wait(self, seconds: float) -> None:
        """Let the shop catch its breath. Raises Throttled if it asks for too long a wait."""
        if seconds > LONGEST_WAIT:
            raise Throttled(f"{self.base_url} throttles: try again in {seconds:.0f} s")
        self._sleep(seconds)

    def _once(self, method: str, path: str, options: Mapping[str, Any]) -> requests.Response:
        try:
            response = self._session.request(
                method, self.base_url + path, timeout=TIME_OUTS, **options
            )
        except (requests.RequestException, LocationValueError) as error:
            raise ShopUnreachable(
                f"{self.base_url} can't be reached ({type(error).__name__}): check the address"
            ) from error
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise ShopUnreachable(
                f"{self.base_url} answers HTTP {response.status_code}: try again later"
            )
        if 300 <= response.status_code < 400:  # noqa: PLR2004 - all redirects
            elsewhere = response.headers.get("location", "elsewhere")
            raise WrongShop(f"{self.base_url} sends on to {elsewhere}: give the address there")
        return response


def content(response: requests.Response) -> Any:
    """The JSON of an answer; ``None`` if it is none."""
    try:
        return response.json()
    except requests.JSONDecodeError:
        return None


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("retry-after", _USUAL_WAIT)))
    except ValueError:
        return _USUAL_WAIT
