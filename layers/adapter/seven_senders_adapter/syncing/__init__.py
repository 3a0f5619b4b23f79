"""A batch of order events becomes the calls that are missing at Seven Senders."""
