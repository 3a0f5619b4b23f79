"""The shops: what of an order may pass, and what it means."""

from tests.breaks.table import PACKAGE, Break

SHOPIFY = f"{PACKAGE}/shops/shopify.py"
WOOCOMMERCE = f"{PACKAGE}/shops/woocommerce.py"
TAGS = f"{PACKAGE}/shops/tags.py"
READING = f"{PACKAGE}/shops/reading.py"

PROJECTIONS = "tests/unit/shops/test_projections.py"
SHOPIFY_ORDERS = "tests/unit/shops/test_shopify_orders.py"
WOOCOMMERCE_ORDERS = "tests/unit/shops/test_woocommerce_orders.py"
PERSONAL_TAGS = "tests/unit/shops/test_tags.py::test_personal_tags_are_dropped_and_counted"
NO_PERSONAL_DATA = f"{PROJECTIONS}::test_personal_data_stops_here"

BREAKS = (
    Break(
        name="queues the e-mail address of a Shopify order",
        file=SHOPIFY,
        old='            "processed_at": moment(',
        new='            "email": order.get("email"),\n            "processed_at": moment(',
        tests=(NO_PERSONAL_DATA,),
    ),
    Break(
        name="queues the billing address of a WooCommerce order",
        file=WOOCOMMERCE,
        old='            "paid_at": moment(',
        new='            "billing": order.get("billing"),\n            "paid_at": moment(',
        tests=(NO_PERSONAL_DATA,),
    ),
    Break(
        name="keeps tags that hold an e-mail address",
        file=TAGS,
        old="return holds_email(tag) or is_phone(",
        new="return is_phone(",
        tests=(PERSONAL_TAGS,),
    ),
    Break(
        name="keeps tags that hold a phone number",
        file=TAGS,
        old='return holds_email(tag) or is_phone(key.strip(" :") if key == tag else value)',
        new="return holds_email(tag)",
        tests=(PERSONAL_TAGS,),
    ),
    Break(
        name="keeps meta values of WooCommerce that are phone numbers",
        file=WOOCOMMERCE,
        old="if value is not None and not is_phone(value):",
        new="if value is not None:",
        tests=("tests/unit/shops/test_tags.py",),
    ),
    Break(
        name="takes an e-mail address for the order's number",
        file=READING,
        old="return None if number is None or holds_email(number) else number",
        new="return number",
        tests=("tests/unit/shops/test_unreadable.py",),
    ),
    Break(
        name="queues tags without end",
        file=TAGS,
        old="passed = within(allowed, MAX_TAGS_BYTES)",
        new="passed = allowed",
        tests=(
            "tests/unit/shops/test_tags.py::test_what_is_dropped_is_counted",
            f"{PROJECTIONS}::test_no_order_is_too_large_for_the_queue",
        ),
    ),
    Break(
        name="takes an order shipped in part for shipped",
        file=SHOPIFY,
        old='shipped=projection.get("fulfillment_status") == "fulfilled",',
        new='shipped="fulfillment_status" in projection,',
        tests=(f"{SHOPIFY_ORDERS}::test_shipped_is_what_fulfillment_status_says",),
    ),
    Break(
        name="takes a refund in part for a refund",
        file=SHOPIFY,
        old='if financial_status == "refunded" and cancelled_at is None:',
        new='if "refunded" in str(financial_status) and cancelled_at is None:',
        tests=(f"{SHOPIFY_ORDERS}::test_states",),
    ),
    Break(
        name="takes an order of which something came back for returned",
        file=SHOPIFY,
        old="is_back = all(",
        new="is_back = any(",
        tests=(f"{SHOPIFY_ORDERS}::test_returned",),
    ),
    Break(
        name="counts what an edit removed as kept by the customer",
        file=SHOPIFY,
        old="removed = 0 if current is None else max(0, quantity - current - refunded)",
        new="removed = 0",
        tests=(f"{SHOPIFY_ORDERS}::test_returned",),
    ),
    Break(
        name="refunds what was cancelled",
        file=WOOCOMMERCE,
        old="if is_refunded and State.CANCELLED not in shown:",
        new="if is_refunded:",
        tests=(f"{WOOCOMMERCE_ORDERS}::test_states",),
    ),
    Break(
        name="creates an order that was cancelled before it was paid",
        file=WOOCOMMERCE,
        old='if status == "cancelled" and "paid_at" not in projection:',
        new='if status == "cancelled" and not projection:',
        tests=(f"{WOOCOMMERCE_ORDERS}::test_left_out",),
    ),
    Break(
        name="creates test orders",
        file=SHOPIFY,
        old='if "test" in projection and not settings.include_test_orders:',
        new='if "test" in projection and settings.include_test_orders:',
        tests=(f"{SHOPIFY_ORDERS}::test_left_out",),
    ),
    Break(
        name="reads WooCommerce's GMT times as the machine's own",
        file=WOOCOMMERCE,
        old='            updated_at="date_modified_gmt",\n            zone=UTC,\n',
        new='            updated_at="date_modified_gmt",\n            zone=None,\n',
        tests=(f"{WOOCOMMERCE_ORDERS}::test_times_without_an_offset_are_utc",),
    ),
)
