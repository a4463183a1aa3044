"""Signed notes, checkpoints and cosignatures: against another implementation, against openssl, against forgery."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from proof import checkpoint, note
from proof.checkpoint import Checkpoint
from proof.note import COSIGNATURE, Key, Note, NoteFault
from tests.proof.test_tree import LARGEST, VECTORS, WHOLE

SEED = bytes.fromhex(VECTORS["seed"])
ORIGIN = "mutasi.example.test/log"
LOG = Key(ORIGIN, note.public_of(SEED))
OTHER = b"\x09" * 32
ROOT = "A" * 43 + "="
WITNESS = Key("inspektorat.example.test/w1", note.public_of(OTHER), COSIGNATURE)
POINT = Checkpoint(ORIGIN, LARGEST, WHOLE.root(LARGEST))


def test_key_and_signed_checkpoint_are_those_of_another_implementation() -> None:
    assert str(LOG) == VECTORS["key"]
    assert str(checkpoint.sign(POINT, SEED)) == VECTORS["note"]
    assert checkpoint.opened(note.read(VECTORS["note"]), [note.read_key(VECTORS["key"])]) == POINT


def test_openssl_verifies_signature_and_cosignature(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        if os.environ.get("CI") in ("1", "true"):
            pytest.fail("openssl is missing: CI installs the package openssl")
        pytest.skip("openssl is not here; CI checks the signatures with it")
    line = checkpoint.cosign(POINT.text, WITNESS.name, OTHER, 1_790_000_000)
    said = f"cosignature/v1\ntime 1790000000\n{POINT.text}".encode()
    for name, key, signature, message in (
        ("log", LOG, checkpoint.sign(POINT, SEED).lines[0].signature, POINT.text.encode()),
        ("witness", WITNESS, line.signature[8:], said),
    ):
        public = Ed25519PublicKey.from_public_bytes(key.public).public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        for file, content in (("key", public), ("sig", signature), ("msg", message)):
            (tmp_path / f"{name}.{file}").write_bytes(content)
        command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", f"{name}.key", "-rawin", "-in", f"{name}.msg"]
        done = subprocess.run([*command, "-sigfile", f"{name}.sig"], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_witness_is_known_by_its_key_and_not_by_its_name() -> None:
    signed = checkpoint.sign(POINT, SEED)
    line = checkpoint.cosign(POINT.text, WITNESS.name, OTHER, 7)
    both = note.read(str(signed) + str(line))
    assert checkpoint.cosignatures(both, [WITNESS]) == [checkpoint.Cosigned(WITNESS, 7)]
    stranger = Key(WITNESS.name, note.public_of(b"\x0a" * 32), COSIGNATURE)
    assert checkpoint.cosignatures(both, [stranger]) == []
    later = note.Line(line.name, line.key_id, (8).to_bytes(8) + line.signature[8:])
    with pytest.raises(NoteFault, match="false"):
        checkpoint.cosignatures(Note(signed.text, (*signed.lines, later)), [WITNESS])


def test_a_log_signature_is_no_cosignature() -> None:
    """The same key under another type has another id: a line cannot be passed off as the other kind."""
    signed = checkpoint.sign(POINT, SEED)
    assert checkpoint.cosignatures(signed, [Key(ORIGIN, LOG.public, COSIGNATURE)]) == []


def test_what_nobody_trusted_signed_is_refused() -> None:
    signed = checkpoint.sign(POINT, SEED)
    with pytest.raises(NoteFault, match="no key that is trusted"):
        checkpoint.opened(signed, [Key(ORIGIN, note.public_of(OTHER))])
    changed = note.read(str(signed).replace(f"\n{LARGEST}\n", f"\n{LARGEST + 1}\n"))
    with pytest.raises(NoteFault, match="false"):
        checkpoint.opened(changed, [LOG])


@pytest.mark.parametrize(
    "text",
    ["", "no signature\n", "text\n\n", "text\n\nnot a line\n", "text\n\n— a+b AAAAAAAA\n", "text\n\n— a AAAA\n",
     "text\x07\n\n— a AAAAAAAA\n", "text\n\n— a AAAAAAAA", "text\n\n" + "— a AAAAAAAA\n" * 65],
)  # fmt: skip
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteFault):
        note.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\nAAAA\n",
        "o\n-1\n" + "A" * 43 + "=\n",
        "o\n1\nAAAA\n",
        "\n1\n" + "A" * 43 + "=\n",
        "o\n1\n!\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteFault):
        checkpoint.read(text)


@pytest.mark.parametrize("text", ["", "a", "a+00000000+AAAA", str(LOG)[:-4] + "AAAA", str(LOG).replace("+", "-")])
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteFault):
        note.read_key(text)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**40), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back_as_it_was_signed(seed: bytes, size: int, root: bytes) -> None:
    point = Checkpoint(ORIGIN, size, root)
    key = Key(ORIGIN, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())
    assert note.read_key(str(key)) == key
    assert checkpoint.opened(note.read(str(checkpoint.sign(point, seed))), [key]) == point
