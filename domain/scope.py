"""What an office or a mandate is limited to: units, stages, kinds of mutation, kinds of posts. Empty means no limit."""

from pydantic import BaseModel, ConfigDict, Field

from domain.vocabulary import Kind, PositionKind, Stage


class Scope(BaseModel):
    """Limits, all of which a case must be within; within one of them any of its members will do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: tuple[str, ...] = Field((), max_length=50)
    """Codes of units or agencies, one of which the person leaves or joins."""
    stages: tuple[Stage, ...] = Field((), max_length=len(Stage))
    kinds: tuple[Kind, ...] = Field((), max_length=len(Kind))
    posts: tuple[PositionKind, ...] = Field((), max_length=len(PositionKind))
    """Kinds of the post the person is to have."""

    @property
    def limits(self) -> bool:
        return bool(self.units or self.stages or self.kinds or self.posts)

    def covers(self, units: frozenset[str], kind: Kind, post: PositionKind | None, stage: Stage | None = None) -> bool:
        """Whether a case is within the limits. `units` are those it touches; without a `stage` it has none yet."""
        within = (
            not self.units or bool(units & frozenset(self.units)),
            not self.stages or stage in self.stages,
            not self.kinds or kind in self.kinds,
            not self.posts or post in self.posts,
        )
        return all(within)
