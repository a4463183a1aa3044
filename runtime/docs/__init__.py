"""What the documentation says that the code already knows, written from the code (`make docs`).

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`. Start reading at `pages`, where the index is;
`tests/test_docs.py` fails when what the files hold is not what the code says.
"""
