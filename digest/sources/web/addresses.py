"""Which addresses of the network a fetch may reach: public ones, unless the config allows the others."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Resolve = Callable[[str, int], list[str]]
"""Host and port -> every address, as text; raises OSError."""

_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")


def is_public(address: str) -> bool:
    """Whether *address*, and every IPv4 address that hides in it, belongs to the public internet."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast for one in (found, *_inside(found)))


def _inside(found: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for: mapped, translated or tunnelled."""
    if isinstance(found, IPv4Address):
        return []
    inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    if found in _NAT64 or found in _COMPATIBLE:
        inner.append(IPv4Address(int(found) & 0xFFFFFFFF))
    return [one for one in inner if one is not None]


def resolve(host: str, port: int) -> list[str]:
    """Ask the system once for every address of *host*, in its order; odd spellings (0x7f.1) become addresses here."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_within(seconds: float, ask: Resolve, host: str, port: int) -> list[str]:
    """Do *ask*, but wait at most *seconds*: the system's own patience with a dead name server is half a minute."""
    found: list[str] = []
    failed: list[OSError] = []

    def look() -> None:
        try:
            found.extend(ask(host, port))
        except OSError as error:
            failed.append(error)
        except UnicodeError:
            failed.append(OSError("this is no name of a host"))

    thread = threading.Thread(target=look, daemon=True, name="resolve")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError("the name was not resolved in time")
    if failed:
        raise failed[0]
    return found
