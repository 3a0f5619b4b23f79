"""What should be true at Seven Senders: pure functions that know neither AWS nor HTTP."""
