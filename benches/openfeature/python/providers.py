"""The providers, each of the same flags: what to ask, by the name and version of what answers."""

import json
from importlib.metadata import version

from ld_openfeature import LaunchDarklyProvider
from ldclient import Config
from ldclient.integrations import Files
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider
from workload import ON

import flagbit
from flagbit.openfeature import FlagBitProvider


def sdk(_data):
    """Answers from a dict and reads no context, so that what is left is the SDK's own share."""
    on = InMemoryFlag("on", {"on": True, "off": False})
    return f"openfeature-sdk {version('openfeature-sdk')}, in memory", InMemoryProvider({"flag_0": on, ON: on})


def flagbit_(data):
    client = flagbit.Client.from_file(data / "flagbit.json")
    return f"FlagBit {flagbit.__version__}", FlagBitProvider(client)


def flagd(data):
    provider = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(data / "flagd.json"))
    return f"openfeature-provider-flagd {version('openfeature-provider-flagd')}, in process", provider


def launchdarkly(data):
    # Its TestData has no percentages, so the flags come from a file in its own format.
    source = Files.new_data_source(paths=[str(data / "launchdarkly.json")])
    provider = LaunchDarklyProvider(Config("sdk", update_processor_class=source, send_events=False))
    return f"launchdarkly-openfeature-server {version('launchdarkly-openfeature-server')}", provider


def users(data):
    return json.loads((data / "users.json").read_text())


ALL = (sdk, flagbit_, flagd, launchdarkly)
