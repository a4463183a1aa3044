"""Where a request of a browser comes from, and from which address: what a page of another site cannot forge."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def same_origin(headers: Headers, public_url: str | None) -> bool | None:
    """Whether our own page sent a request; None when nothing says, as with programs that are no browser.

    `Sec-Fetch-Site` is set by every current browser and by no script. Without it `Origin` must be our own: the public
    address, or, where none is set, the host that was asked. `Origin: null` is never ours.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site.strip().lower() in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return None
    if public_url:
        return origin.lower() == origin_of(public_url)
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers write an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def network(host: str | None) -> str:
    """Who is one at an address: of IPv6 the /64, since whoever has one address there has them all."""
    try:
        found = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
