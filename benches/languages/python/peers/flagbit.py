"""This repository's package."""

import flagbit

# A wheel that was built without a compiler has no extension, which a reader of the table has to know.
NAME = f"FlagBit {flagbit.__version__}" + ("" if flagbit.native else ", through ctypes")


def cells(snapshot, users):
    is_enabled = flagbit.Client.from_snapshot(snapshot).is_enabled
    dicts = [{"user_id": user["id"], **{key: user[key] for key in ("plan", "country", "version")}} for user in users]
    contexts = [flagbit.Context(user) for user in dicts]

    def ask(key):
        def loop(users):
            on = 0
            for user in users:
                if is_enabled(key, user):
                    on += 1
            return on

        return loop

    return {
        "dict": (ask("flag_0"), dicts),
        "prebuilt": (ask("flag_0"), contexts),
        "on": (ask("plain_on"), contexts),
        "off": (ask("plain_off"), contexts),
    }
