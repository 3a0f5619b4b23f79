"""The Seven Senders API v2: calls, answers, errors and the token."""
