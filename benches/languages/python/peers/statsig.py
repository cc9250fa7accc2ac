"""Statsig: Rust through PyO3. Neither exposures nor anything else is logged, and nothing is fetched."""

from importlib.metadata import version

from statsig_python_core import DataStore, FeatureGateEvaluationOptions, Statsig, StatsigOptions, StatsigUser
from statsig_python_core.data_store import DataStoreResponse

NAME = f"statsig-python-core {version('statsig-python-core')}"


class Snapshot(DataStore):
    """The place from which it reads its flags."""

    def __init__(self, text):
        super().__init__()
        self.text = text

    def get(self, key):  # noqa: ARG002
        return DataStoreResponse(result=self.text, time=1745275698471)

    def support_polling_updates_for(self, key):  # noqa: ARG002
        return False


def user_of(user):
    custom = {"plan": user["plan"], "version": user["version"]}
    return StatsigUser(user_id=user["id"], country=user["country"], custom=custom)


def cells(snapshot, users):
    options = StatsigOptions(
        data_store=Snapshot(snapshot),
        disable_network=True,
        disable_all_logging=True,
        disable_country_lookup=True,
        disable_disk_access=True,
        output_log_level="none",
    )
    client = Statsig("secret-none", options)
    client.initialize().wait()
    check, quiet = client.check_gate, FeatureGateEvaluationOptions(disable_exposure_logging=True)

    def with_dicts(users):
        on = 0
        for user in users:
            custom = {"plan": user["plan"], "version": user["version"]}
            if check(StatsigUser(user_id=user["id"], country=user["country"], custom=custom), "flag_0", quiet):
                on += 1
        return on

    def ask(key):
        def loop(users):
            on = 0
            for user in users:
                if check(user, key, quiet):
                    on += 1
            return on

        return loop

    built = [user_of(user) for user in users]
    return {
        "dict": (with_dicts, users),
        "prebuilt": (ask("flag_0"), built),
        "on": (ask("plain_on"), built),
        "off": (ask("plain_off"), built),
    }
