"""What the webhooks missed: found in the shop, compared with the ledger, and brought in."""
