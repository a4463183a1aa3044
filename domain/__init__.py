"""The law of mutation as pure functions: no clock, no I/O, no Temporal, no SQL.

Start reading at `stages` (the transition table), then `decide` (what a command does to a case)
and `case` (what an event does to it).
"""
