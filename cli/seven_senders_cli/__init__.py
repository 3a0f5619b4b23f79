"""The command line ``seven-senders``, for those who run the adapter."""
