"""The local stack, the sandbox of the Seven Senders API and the command-line program."""
