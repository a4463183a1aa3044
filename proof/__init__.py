"""Proofs about an append-only log: Merkle trees (RFC 9162), signed checkpoints, cosignatures, whole histories.

Pure: bytes in, bytes out. Standard library and, for Ed25519, `cryptography`. The c2sp formats are signed-note,
tlog-checkpoint and tlog-cosignature, so that tools we did not write can check what we publish.
"""
