# SPDX-License-Identifier: BSL-1.0
"""A job that counts the words a TCP server sends, and the server: this process, from memory.

A job connects to 127.0.0.1:PORT and prints 'total N' whenever it has counted more words; one more text is sent when
all words of those before are counted. So one clock times every engine, from the first byte sent to the last word
counted, and what starting up and warming up cost is outside.
"""

import contextlib
import re
import socket
import subprocess
import threading
import time

PATIENCE = 120  # seconds without a word counted


class Failed(Exception):
    """What went wrong with an engine, with the end of what it said."""


class Job:
    """A running job and the connection to it. `command` makes the command line from a port; no more than `ahead` texts wait for it."""

    def __init__(self, command, text, words, log, ahead=None):
        self.text, self.words, self.log_path, self.ahead = text, words, log, ahead
        self.sent = self.counted = 0
        self.changed = threading.Condition()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            with open(log, "w") as file:
                self.process = subprocess.Popen(
                    command(listener.getsockname()[1]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file, text=True)
            threading.Thread(target=self._listen, daemon=True).start()
            listener.settimeout(1)
            for _ in range(PATIENCE):
                with contextlib.suppress(TimeoutError):
                    self.connection, _ = listener.accept()
                    break
                if self.process.poll() is not None:
                    break
            else:
                self.stop()
            if not hasattr(self, "connection"):
                raise Failed(f"did not connect; {self._last_words()}")
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.settimeout(PATIENCE)

    def _listen(self):
        for line in self.process.stdout:
            if match := re.fullmatch(r"total (\d+)\n", line):
                with self.changed:
                    self.counted, self.at = int(match[1]), time.perf_counter()
                    self.changed.notify()

    def _last_words(self):
        return f"{self.log_path}: " + " | ".join(open(self.log_path, errors="replace").read().splitlines()[-3:])

    def count(self, copies):
        """Seconds from the first byte of so many copies of the text until all their words are counted."""
        start = time.perf_counter()
        try:
            for _ in range(copies):
                if self.ahead is not None:
                    self._wait(self.sent - (self.ahead - 1) * self.words)
                self.connection.sendall(self.text)
                self.sent += self.words
            self._wait(self.sent)
        except OSError as error:
            raise Failed(f"{error}; {self._last_words()}") from error
        return self.at - start

    def _wait(self, enough):
        seen, since = self.counted, time.perf_counter()
        while self.counted < enough:
            with self.changed:
                self.changed.wait(0.05)
            # A line without words: windows that close by the time of what comes would wait for it.
            if self.counted < enough:
                self.connection.sendall(b"\n")
            if self.counted != seen:
                seen, since = self.counted, time.perf_counter()
            if self.process.poll() is not None or time.perf_counter() - since > PATIENCE:
                break
        if self.counted < enough or self.counted > self.sent:
            raise Failed(f"counted {self.counted} words of {self.sent}; {self._last_words()}")

    def stop(self):
        if hasattr(self, "connection"):
            self.connection.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def running(*arguments):
    job = Job(*arguments)
    try:
        yield job
    finally:
        job.stop()


def rates(job, warm, rounds, seconds):
    """Words a second of each of so many rounds of about so many seconds, after `warm` seconds of others."""
    copies, took, began = 1, 0, time.perf_counter()
    found = []
    while len(found) < rounds:
        warmed = time.perf_counter() - began >= warm and took > 0.7 * seconds
        took = job.count(copies)
        if warmed:
            found.append(copies * job.words / took)
        # No more than threefold: a cold job tells little of a warm one.
        copies = max(1, min(3 * copies, round(copies * seconds / took)))
    return found
