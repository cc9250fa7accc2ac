"""The demonstration, once everything is built (scripts/docs/demo.sh): python3 scripts/docs/demo.py FOLDER LANGUAGE...

Starts the real server on SQLite, signs up, creates a project with the flags of a shop over HTTP, and evaluates them over
HTTP and in every language: one table. Then a program of each language follows the server while a flag is flipped, and
goes on when the server is gone. `FOLDER/commands.json` says how each language's two programs are started.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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


class Server:
    """The real binary on a database of its own, and what it is asked."""

    def __init__(self, folder):
        self.log = Path(folder, "log")
        binary = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "server/target")) / "debug/flagbit"
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FLAGBIT_")}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*command, "--database", f"sqlite://{folder}/flagbit.db"], env=environment, stdout=log, stderr=log
            )
        address = until(lambda: re.search(r"listening on (http://[\d.]+:\d+)", self.log.read_text()), "the start of the server")
        self.url = address[1]

    def ask(self, method, path, body=None, key=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers, method=method)) as answer:
            return json.load(answer)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


def sign_up(server):
    account = server.ask("POST", "/api/v1/signup", {"email": "dev@shop.example"})
    project = server.ask("POST", "/api/v1/projects", {"name": "shop"}, account["api_key"])
    print(f"signed up at {server.url}, project {project['id']}: keys {account['api_key'][:6]}..., ", end="")
    print(f"{project['server_key'][:9]}..., {project['sdk_key'][:9]}...")
    flags = json.loads((ROOT / "examples/flags.json").read_text())["flags"]
    path = f"/api/v1/projects/{project['id']}/flags"
    for flag in flags:
        server.ask("POST", path, flag, account["api_key"])
    print(f"created {len(flags)} flags\n")
    return f"{path}/{FLIPPED}", account["api_key"], project["server_key"]


def evaluate_over_http(server, key, file):
    with file.open("w") as out:
        for user, context in USERS.items():
            answers = server.ask("POST", "/api/v1/evaluate", {"context": context}, key)["flags"]
            for flag, answer in answers.items():
                rule = answer.get("rule_index")
                fields = flag, user, answer["variant"], answer["reason"], "-" if rule is None else rule
                print(*fields, sep="\t", file=out)


def table(server, key, folder, commands, languages):
    """What HTTP answers and what every language answers from the server's snapshot."""
    evaluate_over_http(server, key, folder / "HTTP")
    (folder / "flags.json").write_text(json.dumps(server.ask("GET", "/api/v1/snapshot", key=key)))
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


def live(server, flag_path, api_key, key, folder, commands, languages):
    followers = []
    try:
        for language in languages:
            followers.append(Follower(language, commands[language]["live"], server, key, folder))
        until(lambda: all(one.shows("off ready") for one in followers), "the start of all followers")
        print(f"\n{FLIPPED} is off; {', '.join(languages)} follow the server")

        begin = time.monotonic()
        server.ask("PATCH", flag_path, {"enabled": True}, api_key)
        seen = {}
        while len(seen) < len(followers):
            until(lambda: any(one.language not in seen and one.shows("on ready") for one in followers), "the flip")
            for one in followers:
                if one.shows("on ready"):
                    seen.setdefault(one.language, (time.monotonic() - begin) * 1000)
        print("switched on over HTTP; each shows it, milliseconds after the write began:")
        print("   " + "   ".join(f"{language} {seen[language]:.0f}" for language in languages))

        server.end()
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
    with tempfile.TemporaryDirectory() as temporary:
        server = Server(temporary)
        try:
            flag_path, api_key, key = sign_up(server)
            table(server, key, folder, commands, languages)
            live(server, flag_path, api_key, key, folder, commands, languages)
        finally:
            server.end()


if __name__ == "__main__":
    main()
