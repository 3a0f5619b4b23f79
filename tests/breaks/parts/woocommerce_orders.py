"""WooCommerce's orders by its API: the ends of a span, and pages that shift while they are read."""

from tests.breaks.table import PACKAGE, Break

API = f"{PACKAGE}/shop_apis/woocommerce.py"
CALLS = f"{PACKAGE}/shop_apis/woocommerce_calls.py"
OAUTH = f"{PACKAGE}/shop_apis/oauth.py"
ORDERS = f"{PACKAGE}/shop_apis/woocommerce_orders.py"

OF_ORDERS = "tests/integration/shop_apis/test_woocommerce_orders.py"
OF_SIGNED = "tests/integration/shop_apis/test_woocommerce_signed.py"

BREAKS = (
    Break(
        name="leaves out WooCommerce's orders of a span's first second",
        file=ORDERS,
        old="_text(span.begin - _SECOND)",
        new="_text(span.begin)",
        tests=(OF_ORDERS,),
    ),
    Break(
        name="leaves out WooCommerce's orders of a span's last second",
        file=ORDERS,
        old="_text(span.end + _SECOND)",
        new="_text(span.end)",
        tests=(OF_ORDERS,),
    ),
    Break(
        name="gives WooCommerce times that it turns into the shop's local ones",
        file=ORDERS,
        old='.isoformat(timespec="seconds")',
        new='.isoformat(timespec="seconds") + "Z"',
        tests=(OF_ORDERS,),
    ),
    Break(
        name="misses what WooCommerce changed in the hour that a clock skips",
        file=API,
        old="        asked = reaching_back(span)\n",
        new="        asked = span\n",
        tests=(OF_ORDERS,),
    ),
    Break(
        name="brings WooCommerce's orders from before a span",
        file=API,
        old=" if is_in(span, order)",
        new="",
        tests=(OF_ORDERS,),
    ),
    Break(
        name="reads WooCommerce's newest orders first",
        file=ORDERS,
        old='"order": "desc"',
        new='"order": "asc"',
        tests=(OF_ORDERS,),
    ),
    Break(
        name="sorts WooCommerce's orders by when they changed, which moves them",
        file=ORDERS,
        old='"orderby": "id"',
        new='"orderby": "modified"',
        tests=(OF_ORDERS,),
    ),
    Break(
        name="does not see that an order that came in has pushed another past what is read",
        file=ORDERS,
        old="        return is_last or hides_some or",
        new="        return True or",
        tests=(OF_ORDERS,),
    ),
    Break(
        name="reads on for ever where WooCommerce can't load orders",
        file=ORDERS,
        old="        hides_some = len(orders) < self.size\n",
        new="        hides_some = False\n",
        tests=(OF_ORDERS,),
    ),
    Break(
        name="takes a shop without WooCommerce for one whose order is deleted",
        file=CALLS,
        old="    return isinstance(code, str) and code.endswith(GONE)\n",
        new="    return True\n",
        tests=(OF_ORDERS,),
    ),
    Break(
        name="asks WooCommerce for addresses and e-mails",
        file=ORDERS,
        old='FIELDS = (\n    "id,',
        new='FIELDS = (\n    "billing,id,',
        tests=(OF_ORDERS,),
    ),
    Break(
        name="shows a shop without TLS the consumer secret",
        file=CALLS,
        old="OAuth(*keys) if document.plain_http else keys",
        new="keys",
        tests=(OF_SIGNED,),
    ),
    Break(
        name="signs two requests with one nonce",
        file=OAUTH,
        old="nonce=secrets.token_hex(16)",
        new='nonce="n1"',
        tests=(OF_SIGNED,),
    ),
    Break(
        name="leaves a request's parameters unsigned",
        file=OAUTH,
        old="    text = base_string(method, bare, query)\n",
        new="    text = base_string(method, bare, query[-4:])\n",
        tests=(OF_SIGNED,),
    ),
)
