"""Brings every order of a Shopify or WooCommerce shop into the Seven Senders Portal."""
