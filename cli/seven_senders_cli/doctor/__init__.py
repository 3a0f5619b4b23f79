"""What ``doctor`` looks at: each part by itself, none of which stops another."""
