"""Eppo: Rust through PyO3. Assignments are not logged, by the snapshot; it is never fetched again."""

from importlib.metadata import version

import eppo_client
from eppo_client import AssignmentLogger, ClientConfig, Configuration

NAME = f"eppo-server-sdk {version('eppo-server-sdk')}"


def cells(snapshot, users):
    client = eppo_client.init(
        ClientConfig(
            api_key="none",
            base_url="http://127.0.0.1:9",
            poll_interval_seconds=None,
            assignment_logger=AssignmentLogger(),
            initial_configuration=Configuration(flags_configuration=snapshot.encode()),
        )
    )
    get = client.get_boolean_assignment
    # It takes the id apart from the other attributes, and has no context to build.
    dicts = [(user["id"], {key: user[key] for key in ("plan", "country", "version")}) for user in users]

    def ask(key):
        def loop(users):
            on = 0
            for user_id, attributes in users:
                if get(key, user_id, attributes, False):
                    on += 1
            return on

        return loop

    return {"dict": (ask("flag_0"), dicts), "on": (ask("plain_on"), dicts), "off": (ask("plain_off"), dicts)}
