"""GrowthBook: Python. One instance, which is told who asks before each question; it has no context to build."""

import json
from importlib.metadata import version

from growthbook import GrowthBook

NAME = f"growthbook {version('growthbook')}"


def cells(snapshot, users):
    client = GrowthBook(features=json.loads(snapshot))
    set_attributes, is_on = client.set_attributes, client.is_on

    def ask(key):
        def loop(users):
            on = 0
            for user in users:
                set_attributes(user)
                if is_on(key):
                    on += 1
            return on

        return loop

    return {"dict": (ask("flag_0"), users), "on": (ask("plain_on"), users), "off": (ask("plain_off"), users)}
