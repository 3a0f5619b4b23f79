"""The Seven Senders API v2: calls, answers and errors."""
