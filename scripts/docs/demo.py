"""The demonstration, once everything is built (scripts/docs/demo.sh): python3 scripts/docs/demo.py FOLDER LANGUAGE...

Starts the real server on SQLite, signs up, creates a project with the flags of a shop over HTTP, and evaluates them over
HTTP and in every language: one table. Then a program of each language follows the server while a flag is flipped, and
goes on when the server is gone. `FOLDER/commands.json` says how each language's two programs are started.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/kit"))
from flagbit_kit import Kit  # noqa: E402

PATIENCE = 20.0
FLIPPED = "kill-legacy-api"
USERS = {
    "ana": {
        "user_id": "usr_1001",
        "plan": "pro",
        "country": "DE",
        "age": 34,
        "beta": True,
        "app_version": "2.4.1",
        "email": "ana@shop.example",
    },
    "ben": {"user_id": "usr_1002", "plan": "free", "country": "US", "age": 17, "beta": False, "cart_total": 129.5},
    "guest": {"country": "FR", "session_id": "s-77aa"},
}


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        if time.monotonic() > deadline:
            sys.exit(f"demo: {what} did not happen within {PATIENCE:.0f} s")
        time.sleep(0.001)
    return result


def sign_up(server):
    account = server.do("sign_up")
    project = account["project"]["id"]
    print(f"signed up at {server.url}, project {project}: keys {account['api_key'][:6]}..., ", end="")
    print(f"{account['server_key'][:9]}..., {account['sdk_key'][:9]}...")
    flags = json.loads((ROOT / "examples/flags.json").read_text())["flags"]
    for flag in flags:
        server.do("create", flag=flag)
    print(f"created {len(flags)} flags\n")
    return account["server_key"]


def evaluate_over_http(server, key, file):
    with file.open("w") as out:
        for user, context in USERS.items():
            answers = server.do("ask", method="POST", path="/evaluate", body={"context": context}, key=key)["flags"]
            for flag, answer in answers.items():
                rule = answer.get("rule_index")
                fields = flag, user, answer["variant"], answer["reason"], "-" if rule is None else rule
                print(*fields, sep="\t", file=out)


def table(server, key, folder, commands, languages):
    """Compares the answers over HTTP with those of every language from the server's snapshot."""
    evaluate_over_http(server, key, folder / "HTTP")
    (folder / "flags.json").write_text(json.dumps(server.do("ask", method="GET", path="/snapshot", key=key)))
    for language in languages:
        with (folder / language).open("w") as out:
            subprocess.run([*commands[language]["shop"], folder / "flags.json"], stdout=out, check=True)
    subprocess.run([sys.executable, ROOT / "scripts/docs/demo_table.py", folder, "HTTP", *languages], check=True)


class Follower:
    """A program that follows the flag; its lines are `ANSWER STATE`."""

    def __init__(self, language, command, server, key, folder):
        self.language, self.file = language, folder / f"{language}.live"
        environment = os.environ | {"FLAGBIT_SERVER_KEY": key}
        with self.file.open("w") as out, (folder / f"{language}.log").open("w") as log:
            self.process = subprocess.Popen([*command, server.url, FLIPPED], env=environment, stdout=out, stderr=log)

    def shows(self, line):
        lines = self.file.read_text().splitlines()
        return bool(lines) and lines[-1] == line


def live(server, key, folder, commands, languages):
    followers = []
    try:
        for language in languages:
            followers.append(Follower(language, commands[language]["live"], server, key, folder))
        until(lambda: all(one.shows("off ready") for one in followers), "the start of all followers")
        print(f"\n{FLIPPED} is off; {', '.join(languages)} follow the server")

        begin = time.monotonic()
        server.do("change", key=FLIPPED, fields={"enabled": True})
        seen = {}
        while len(seen) < len(followers):
            until(lambda: any(one.language not in seen and one.shows("on ready") for one in followers), "the flip")
            for one in followers:
                if one.shows("on ready"):
                    seen.setdefault(one.language, (time.monotonic() - begin) * 1000)
        print("switched on over HTTP; each shows it, milliseconds after the write began:")
        print("   " + "   ".join(f"{language} {seen[language]:.0f}" for language in languages))

        server.do("stop")
        until(lambda: all(one.shows("on stale") for one in followers), "noticing that the server is gone")
        print("the server is stopped; each goes on with the last good flags:")
        print("   " + "   ".join(f"{one.language} {one.file.read_text().splitlines()[-1]}" for one in followers))
    finally:
        for one in followers:
            one.process.kill()
            one.process.wait()


def main():
    folder, languages = Path(sys.argv[1]).resolve(), sys.argv[2:]
    commands = json.loads((folder / "commands.json").read_text())
    with Kit("server") as server:
        key = sign_up(server)
        table(server, key, folder, commands, languages)
        live(server, key, folder, commands, languages)


if __name__ == "__main__":
    main()
