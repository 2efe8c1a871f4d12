"""Plays the service manager: binds a datagram Unix socket and prints every message as one JSON line."""
import json
import os
import socket
import sys

server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
print(json.dumps("bound"), flush=True)
while True:
    text, descriptors, _flags, _address = socket.recv_fds(server, 4096, 4)
    for descriptor in descriptors:
        # systemd-notify's barrier waits for this.
        os.close(descriptor)
    for line in text.decode().splitlines():
        print(json.dumps(line), flush=True)
