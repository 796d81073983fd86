"""A network of the driver's own: strangers there have addresses that are not the machine's loopback.

In a network namespace of its own, the loopback device also has 10.213.0.0/16, so that every address in it can be listened on and connected from. Nothing
outside is reached, and nothing outside reaches it.
"""

import ctypes
import fcntl
import os
import socket
import struct

GATEWAY, LOOPBACK = "10.213.0.1", "127.0.0.1"
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_SET_ADDRESS, _SET_MASK, _GET_FLAGS, _SET_FLAGS, _UP = 0x8916, 0x891C, 0x8913, 0x8914, 1


def enter():
    """Moves this process, and all that it starts, into a namespace; None, or why that is not possible here. To be called before any thread starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_NEW_NETWORK) != 0:
        if libc.unshare(_NEW_NETWORK | _NEW_USER) != 0:
            return f"no network namespace: {os.strerror(ctypes.get_errno())}"
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            flags = struct.unpack("16sh14x", fcntl.ioctl(control, _GET_FLAGS, struct.pack("16sh14x", b"lo", 0)))[1]
            fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))
            for request, address in ((_SET_ADDRESS, GATEWAY), (_SET_MASK, "255.255.0.0")):
                fcntl.ioctl(control, request, struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(address)))
    except OSError as error:
        return f"no address for the network namespace: {error}"
    return None


def stranger(number=0):
    """The address of a stranger, another one for each number up to 50,000."""
    return f"10.213.{2 + number // 250}.{1 + number % 250}"
