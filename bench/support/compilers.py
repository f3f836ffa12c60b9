"""The compilers that the scripted benches use."""

import os
import re
import shutil
import subprocess


def compilers():
    """GCC and the newest Clang, as far as they are there."""
    gcc = os.environ.get("DSTREAM_GCC") or shutil.which("g++")
    clang = os.environ.get("DSTREAM_CLANG") or next(
        filter(None, (shutil.which(f"clang++-{n}") for n in range(40, 13, -1))), shutil.which("clang++"))
    return [found for found in (gcc, clang) if found]


def version(compiler):
    line = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    return re.sub(r"\s+", " ", line)


def cpu():
    with open("/proc/cpuinfo") as info:
        return next((line.split(": ", 1)[1].strip() for line in info if line.startswith("model name")), "unknown CPU")
