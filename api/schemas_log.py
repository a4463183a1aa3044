"""What the API answers about the transparency log. Hashes are hexadecimal; proofs are those of RFC 9162."""

from pydantic import BaseModel, Field


class LogKeyOut(BaseModel):
    key: str = Field(description="A verifier key, `name+id+base64`, as c2sp.org/signed-note writes one.")
    since: int = Field(description="Place of the statement that brought it in; the last one is the present key.")


class LogKeysOut(BaseModel):
    """Who signs the log. Write the keys down once, and check everything by them."""

    origin: str | None = Field(description="Name of the log; none before its first entry.")
    keys: list[LogKeyOut]


class InclusionOut(BaseModel):
    """Proof that an entry of the ledger is in the log, as of a signed checkpoint."""

    case: str
    seq: int
    place: int
    size: int
    leaf: str = Field(description="The entry's `hash`: SHA-256(0x00 ‖ body).")
    path: list[str]
    checkpoint: str


class ConsistencyOut(BaseModel):
    """Proof that one signed checkpoint extends an earlier one."""

    first: int
    second: int
    path: list[str]
    checkpoint: str


class HeadOut(BaseModel):
    """Proof that a case has so many entries and no newer one, as of a signed checkpoint that its heads leaf ends."""

    case: str
    length: int
    head: str
    place: int = Field(description="Place of the case among all cases, sorted by id.")
    path: list[str]
    heads: str = Field(description="The leaf of kind `case.heads`, as it was hashed.")
    heads_path: list[str]
    size: int
    checkpoint: str
