"""The proof that what webhooks miss is found in the shops and brought in.

The lives of orders, the stack and the oracle are those of the chaos test; the shops' APIs are
stand-ins on loopback, which show each order as it is at that time.
"""
