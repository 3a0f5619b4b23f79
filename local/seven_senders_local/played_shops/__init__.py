"""Stand-ins for the APIs of shops, on loopback, as strict as the real ones."""
