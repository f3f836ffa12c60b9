# SPDX-License-Identifier: BSL-1.0
"""Reads and forgets: what the sender can give. Arguments: PORT TEXT_BYTES TEXT_WORDS."""

import socket
import sys

port, size, words = map(int, sys.argv[1:])
buffer = bytearray(1 << 20)
got = told = 0
with socket.create_connection(("127.0.0.1", port)) as connection:
    while more := connection.recv_into(buffer):
        got += more
        # Texts that came whole; a line without words may follow one.
        if got // size != told:
            told = got // size
            print("total", told * words, flush=True)
