"""What workers are told: the settings as values that go to their processes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.board import Limits
from ingest.extract import chosen_extractor
from ingest.worker import WorkerOptions

if TYPE_CHECKING:
    from kb.settings import Settings


def limits_of(settings: Settings) -> Limits:
    """Return the readers' caps as the settings have them."""
    return Limits(
        max_bytes=settings.max_source_mb * 2**20,
        max_pixels=settings.max_megapixels * 1_000_000,
        max_pages=settings.max_pages,
        max_elements=settings.max_elements,
        max_members=settings.max_members,
        max_unpacked=settings.max_unpacked_mb * 2**20,
    )


def options_for(settings: Settings, workspace: str, extractor: str) -> WorkerOptions:
    """Return what workers need to know to read the sources of `workspace`."""
    from ingest.extract.vlm.options import vlm_options

    vlm = vlm_options(settings, workspace)
    return WorkerOptions(
        blobs_url=settings.blob_folder_url,
        extractor=extractor,
        limits=limits_of(settings),
        timeout_s=settings.source_timeout_s,
        vlm=vlm,
        conventions=vlm.conventions,
    )


def shared_out(jobs: int, options: WorkerOptions) -> tuple[int, WorkerOptions]:
    """Return how many workers to start, and their options.

    Reading by a model is waiting, most of the time: the window of requests that the server takes
    at a time is shared out among the workers, so that it is kept full with few processes. There
    are as many as get equal shares: none of the window is lost.
    """
    name = chosen_extractor(options.extractor, options.vlm)
    if name != "vlm" or options.vlm is None:
        return jobs, replace(options, extractor=name)
    jobs = min(jobs, options.vlm.window)
    while options.vlm.window % jobs:
        jobs -= 1
    vlm = replace(options.vlm, window=options.vlm.window // jobs)
    return jobs, replace(options, extractor=name, vlm=vlm, lanes=vlm.lanes)
