"""Evaluates every flag of a small shop for three users: python examples/python/shop.py [SNAPSHOT]."""

import sys

import flagbit

USERS = {
    "ana": flagbit.Context(
        user_id="usr_1001",
        plan="pro",
        country="DE",
        age=34,
        beta=True,
        app_version="2.4.1",
        email="ana@shop.example",
    ),
    "ben": flagbit.Context(user_id="usr_1002", plan="free", country="US", age=17, beta=False, cart_total=129.5),
    "guest": flagbit.Context(country="FR", session_id="s-77aa"),
}


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else "examples/flags.json"
    with flagbit.Client.from_file(path) as client:
        for flag in client.flags():
            for user, context in USERS.items():
                evaluation = client.evaluate(flag, context)
                rule = "-" if evaluation.rule_index is None else evaluation.rule_index
                sys.stdout.write(f"{flag}\t{user}\t{evaluation.variant}\t{evaluation.reason}\t{rule}\n")


if __name__ == "__main__":
    main()
