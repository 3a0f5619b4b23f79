"""All breaks, part by part of the adapter."""

from tests.breaks.parts import (
    api_client,
    connecting,
    domain,
    failing,
    ledger,
    queueing,
    receiving,
    reconciling,
    resyncing,
    retrying,
    shops,
    syncing,
    tokens,
    watching,
    woocommerce_orders,
)

BREAKS = (
    *receiving.BREAKS,
    *shops.BREAKS,
    *queueing.BREAKS,
    *domain.BREAKS,
    *syncing.BREAKS,
    *resyncing.BREAKS,
    *failing.BREAKS,
    *ledger.BREAKS,
    *api_client.BREAKS,
    *tokens.BREAKS,
    *retrying.BREAKS,
    *watching.BREAKS,
    *connecting.BREAKS,
    *reconciling.BREAKS,
    *woocommerce_orders.BREAKS,
)
