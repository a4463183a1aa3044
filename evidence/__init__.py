"""The evidence of one case, in one file, and what can be said of it without us.

`bundle.py` packs it, `verify.py` is the verifier that lies in every bundle and needs nothing of the product,
`report.py` makes the page beside it. `examine.py` is what the product says more: replay, judgement, authority.
"""
