"""Masking: addresses as logs and lists show them, which more people read than may know them."""


def masked(address: str) -> str:
    """An address with enough of it to know it again: 138****5678, w***@example.com."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 8 else "****"
