"""FlagBit's provider in the published SDK of OpenFeature, and the events that the SDK emits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.event import EventDetails, ProviderEvent

import flagbit
from conftest import REPOSITORY, eventually
from flagbit.openfeature import FlagBitProvider

SCENARIOS = REPOSITORY / "tests/openfeature"

READY = ProviderEvent.PROVIDER_READY
STALE = ProviderEvent.PROVIDER_STALE
ERROR = ProviderEvent.PROVIDER_ERROR
CHANGED = ProviderEvent.PROVIDER_CONFIGURATION_CHANGED

Counts = dict[ProviderEvent, int]


class Told:
    """The events that a client's handlers get. They come on several threads, so only one kind's order is known."""

    def __init__(self, client: OpenFeatureClient) -> None:
        self._all: dict[ProviderEvent, list[EventDetails]] = {event: [] for event in ProviderEvent}
        for event, details in self._all.items():
            client.add_handler(event, details.append)

    def of(self, event: ProviderEvent) -> list[EventDetails]:
        return list(self._all[event])

    def counts(self) -> Counts:
        return {event: len(details) for event, details in self._all.items() if details}

    def forget(self) -> None:
        for details in self._all.values():
            details.clear()

    def comes_to(self, counts: Counts, seconds: float = 60) -> bool:
        """Returns whether the events are exactly these, in time."""
        return eventually(lambda: self.counts() == counts, seconds)


@contextmanager
def provided(client: flagbit.Client, domain: str | None = None) -> Iterator[OpenFeatureClient]:
    """An OpenFeature client of a provider that is ready."""
    api.set_provider_and_wait(FlagBitProvider(client), domain)
    try:
        yield api.get_client(domain)
    finally:
        api.shutdown()


def scenario_flags() -> flagbit.Client:
    return flagbit.Client.from_file(SCENARIOS / "flags.json")
