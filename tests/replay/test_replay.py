"""Recorded histories of every path replay against the present code; some stories run without a workflow cache."""

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from domain.protocol import Snapshot
from runtime.upkeep import recorded
from tests import stories
from tests.house import House, read_cast
from tests.house import house as open_house
from tests.order import the_house_is_in_order
from worker import WORKFLOWS
from workflows.mutation import MutationWorkflow

HISTORIES = Path(__file__).parent / "histories"
STORIES = {
    name: story
    for found in pkgutil.iter_modules(stories.__path__)
    for name, story in vars(importlib.import_module(f"{stories.__name__}.{found.name}")).items()
    if name.startswith("test_") and list(inspect.signature(story).parameters) == ["house"]
}


OPENING_NOTHING = {
    "nobody_opens_for_another_but_hr",
    "kinds_and_posts_without_a_route_are_understood_and_refused",
    "a_year_is_published_and_the_dates_across_it_are_no_estimates",
    "an_order_is_superseded_never_overwritten",
    "who_may_not_change_the_calendar_is_written_down",
}


BESIDE_THE_CASES = {"proof_log", "upkeep", "errand_repair"}
"""Workflows that are no cases; their drills record them."""

FORGETFUL = (
    "test_a_lateral_move_from_opening_to_the_last_review",
    "test_an_undo_that_waits_for_the_register_past_its_end_leaves_no_orphan",
    "test_a_deferred_decision_comes_back_on_its_date",
    "test_hold_and_resume_keep_the_days_that_were_left",
    "test_an_abolished_post_is_found_by_the_clock_if_nobody_looks",
    "test_an_undecided_objection_is_escalated_and_keeps_the_case_open",
    "test_an_order_moves_deadlines_after_a_preview_with_an_entry_each",
    "test_what_nobody_ratifies_ends_by_itself",
)
"""Stories in which clock, people and other cases meet. Every other story replays its cases once, when it is told."""


@workflow.defn(name="Mutation", sandboxed=False)
class Changed(MutationWorkflow):
    """The workflow with a timer that no recorded history has."""

    @workflow.init
    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)

    @workflow.run
    async def run(self, snapshot: Snapshot) -> Snapshot:
        await workflow.sleep(1)
        return await super().run(snapshot)


async def test_recorded_histories_replay() -> None:
    """What cases went through under a released version, the present code goes through in the same way.

    So do the workflows beside the cases: the log's keeper, upkeep, errands.
    """
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)
    replayed = 0
    async with replayer.workflow_replay_iterator(recorded(HISTORIES)) as results:
        async for result in results:
            assert result.replay_failure is None, f"{result.history.workflow_id}: {result.replay_failure}"
            replayed += 1
    assert replayed >= len(STORIES)


def test_every_story_was_recorded() -> None:
    """A path without a history is a path that may break unseen."""
    names = {file.name.rpartition("-")[0] for file in HISTORIES.glob("*/*.json.gz")}
    assert {name.removeprefix("test_") for name in STORIES} - OPENING_NOTHING <= names
    assert names >= BESIDE_THE_CASES


async def test_a_change_in_the_shape_of_the_workflow_is_found() -> None:
    """The replay can fail: one more timer, and histories no longer fit."""

    replayer = Replayer(workflows=[Changed], data_converter=pydantic_data_converter)
    async with replayer.workflow_replay_iterator(recorded(HISTORIES)) as results:
        failures = [r.replay_failure async for r in results]
    assert all(failures)


@pytest.fixture
async def forgetful_house(
    temporal_env: WorkflowEnvironment, database: str, home: Path, demo_directory: Path
) -> AsyncIterator[House]:
    """A house whose worker remembers no workflow and replays each from its history on every task."""
    async with open_house(temporal_env, database, home, read_cast(demo_directory), cached=0) as opened:
        yield opened
        await the_house_is_in_order(opened)


@pytest.mark.parametrize("story", FORGETFUL)
async def test_story_without_a_cache(story: str, forgetful_house: House) -> None:
    await STORIES[story](forgetful_house)
