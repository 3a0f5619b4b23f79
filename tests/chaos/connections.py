"""The four shops of the chaos test, as their merchants would write them down.

A plain one and a rich one for each platform. The two plain ones have an account each; the two
rich ones share one, where only their prefixes keep equal order numbers apart.
"""

from collections.abc import Mapping

SHOPIFY_PLAIN = "shopify-plain"
SHOPIFY_RICH = "shopify-rich"
WOOCOMMERCE_PLAIN = "woocommerce-plain"
WOOCOMMERCE_RICH = "woocommerce-rich"

# Tags of Shopify orders that stand for a state in the rich shop.
TAG_IN_PRODUCTION = "in-production"
TAG_AT_WAREHOUSE = "at-warehouse"
TAG_PACKING = "packing"

# The note attribute of the rich Shopify shop that holds the promised date, as ISO 8601.
PROMISED_ATTRIBUTE = "Delivery date"

# Custom statuses of the rich WooCommerce shop. Its `processing` stands for in_preparation too.
STATUS_IN_PRODUCTION = "in-production"
STATUS_HANDED_OVER = "handed-over"
STATUS_PACKING = "packing"
STATUS_RETURNED = "parcel-returned"

# Meta keys of the rich WooCommerce shop. The language is the first of the two that has one; the
# promised date is ISO 8601; the other two hold a token such as `gold`.
META_LANGUAGE = "_order_language"
META_LANGUAGE_SECOND = "wpml_language"
META_PROMISED = "_delivery_day"
META_CUSTOMER_GROUP = "_customer_group"
META_CHANNEL = "_sales_channel"

# Summer time begins on 29 March 2026, and Easter falls on 5 April.
HOLIDAYS = ("2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25")

# The rich WooCommerce shop leaves orders that were created before.
ORDERS_SINCE = "2026-03-01T00:00:00+00:00"

CONNECTIONS: Mapping[str, Mapping[str, object]] = {
    SHOPIFY_PLAIN: {
        "platform": "shopify",
        "webhook_secrets": ["shopify-plain-secret-before", "shopify-plain-secret"],
        "access_key": "account-of-shopify-plain",
        "order_url": "https://plain.example.com/",
        "default_language": "en",
    },
    SHOPIFY_RICH: {
        "platform": "shopify",
        "webhook_secrets": ["shopify-rich-secret-before", "shopify-rich-secret"],
        "access_key": "account-of-both-rich-shops",
        "order_urls": {
            "de": "https://rich.example.com/de/",
            "fr": "https://rich.example.com/fr/",
            "nl": "https://rich.example.com/nl/",
        },
        "order_id_prefix": "B-",
        "include_pos_orders": True,
        "max_order_age_days": 30,
        "state_tags": {
            TAG_IN_PRODUCTION: "in_production",
            TAG_AT_WAREHOUSE: "warehouse_handover",
            TAG_PACKING: "in_preparation",
        },
        "promised_date_attribute": PROMISED_ATTRIBUTE,
        "promised_date_rule": {
            "business_days": 2,
            "cut_off_hour": 15,
            "time_zone": "Europe/Berlin",
            "holidays": list(HOLIDAYS),
        },
    },
    WOOCOMMERCE_PLAIN: {
        "platform": "woocommerce",
        "webhook_secrets": ["woocommerce-plain-secret-before", "woocommerce-plain-secret"],
        "access_key": "account-of-woocommerce-plain",
        "order_url": "https://plain.example.org/",
    },
    WOOCOMMERCE_RICH: {
        "platform": "woocommerce",
        "webhook_secrets": ["woocommerce-rich-secret-before", "woocommerce-rich-secret"],
        "access_key": "account-of-both-rich-shops",
        "order_url": "https://rich.example.org/",
        "order_id_prefix": "W-",
        "include_pending_orders": True,
        "orders_since": ORDERS_SINCE,
        "state_statuses": {
            STATUS_IN_PRODUCTION: "in_production",
            STATUS_HANDED_OVER: "warehouse_handover",
            STATUS_PACKING: "in_preparation",
            "processing": "in_preparation",
            STATUS_RETURNED: "returned",
        },
        "language_meta_keys": [META_LANGUAGE, META_LANGUAGE_SECOND],
        "promised_date_meta_key": META_PROMISED,
        "tag_meta_keys": {META_CUSTOMER_GROUP: "group", META_CHANNEL: "channel"},
    },
}
