"""Follows a flag of a server: FLAGBIT_SERVER_KEY=fbsrv_... python examples/python/live.py http://127.0.0.1:8080 FLAG.

Asks as often as a program that draws frames, and prints each change of the text that it would show.
"""

import os
import sys
import time

import flagbit


def main(url: str, flag: str) -> None:
    client = flagbit.Client(url, server_key=os.environ["FLAGBIT_SERVER_KEY"], stream=True, stale_after=1.0)
    client.wait_until_ready(timeout=10.0)

    ben = flagbit.Context(user_id="usr_1002", plan="free")
    shown = ""
    while True:
        answer = "on" if client.is_enabled(flag, ben) else "off"
        line = f"{answer} {client.status().state}"
        if line != shown:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
            shown = line
        time.sleep(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
