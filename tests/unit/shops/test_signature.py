import pytest

from seven_senders_adapter.shops import SHOPS
from seven_senders_adapter.shops.signature import is_signed

BODY = b'{"id":31,"note":"caf\\u00e9 \\/ x"}'
# Made with: printf '%s' BODY | openssl dgst -sha256 -hmac SECRET -binary | base64
VECTORS = {
    "hush": "Gn5yU0d1zBQvL37KAgjfXxi0rPWyiGrt+APPaFYnq8k=",
    "a&b": "nHATYJlXrekJuGRl4TL5S/b1RZFsrkTfeSyE+oYDicI=",
    "a&amp;b": "rVmKYzt0B699F5qBr46pCHeDMP5r1NDHHmLS0mmw3KE=",
    "schlüssel": "/s4BCdSPjjyvDGq9dGl4TYdnRWw0mZs4tEGKk1jhgAY=",
}
HUSH = VECTORS["hush"]


@pytest.mark.parametrize(("secret", "signature"), VECTORS.items())
def test_a_frozen_signature_is_recognised(secret: str, signature: str) -> None:
    assert is_signed(BODY, signature, [secret])


@pytest.mark.parametrize(
    ("body", "signature", "secrets"),
    [
        pytest.param(BODY + b" ", HUSH, ["hush"], id="another body"),
        pytest.param(BODY, HUSH, ["hushed"], id="another secret"),
        pytest.param(BODY, HUSH, [], id="no secret"),
        pytest.param(
            BODY, "MLYElkykYUX8Y1pkgVNf9339UTmMXW+mvlAC7y9e6JI=", [""], id="an empty secret"
        ),
    ],
)
def test_anything_else_is_a_wrong_signature(
    body: bytes, signature: str, secrets: list[str]
) -> None:
    assert not is_signed(body, signature, secrets)


@pytest.mark.parametrize("secrets", [["hush", "old"], ["new", "hush"]])
def test_any_of_several_secrets_will_do(secrets: list[str]) -> None:
    assert is_signed(BODY, HUSH, secrets)


HEADERS = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}


@pytest.mark.parametrize(
    ("platform", "signed_with", "verifies"),
    [
        pytest.param("woocommerce", "a&b", True, id="WooCommerce signs with the decoded secret"),
        pytest.param("woocommerce", "a&amp;b", True, id="or with the secret as it is written"),
        pytest.param("shopify", "a&amp;b", True, id="Shopify signs with the secret as written"),
        pytest.param("shopify", "a&b", False, id="and with no other"),
    ],
)
def test_html_entities_in_a_secret(platform: str, signed_with: str, verifies: bool) -> None:
    headers = {HEADERS[platform]: VECTORS[signed_with]}
    assert SHOPS[platform].is_authentic(headers, BODY, ["a&amp;b"]) is verifies
