"""Threads evaluate in every way while flags are swapped, for FLAGBIT_STRESS_SECONDS (3): every answer is whole, and the
process does not grow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SECONDS = os.environ.get("FLAGBIT_STRESS_SECONDS", "3")
MOST_BYTES = 512 << 10
"""Four runs on a busy machine grew by 25 to 53 kB, one of 30 seconds no more than those of 3."""


def growth(*arguments: str) -> int:
    program = Path(__file__).with_name("stress.py")
    done = subprocess.run([sys.executable, program, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_threads_ask_while_flags_are_swapped() -> None:
    assert growth(SECONDS) < MOST_BYTES


def test_a_leak_would_be_seen() -> None:
    assert growth("1", "leak") > MOST_BYTES
