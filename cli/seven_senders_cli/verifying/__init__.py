"""Shop, ledger and Seven Senders beside each other, order by order."""
