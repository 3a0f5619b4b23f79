"""The DynamoDB table that remembers what Seven Senders has accepted, and what stands in the way."""
