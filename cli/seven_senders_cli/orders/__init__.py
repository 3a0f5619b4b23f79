"""What is known of orders: finding one, where it stands, what is stuck, and sending it anew."""
