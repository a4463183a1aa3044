"""The import of a province from ten CSV files: read, judge every row, load what is good, report the rest.

`province` is the entry. `reading`, `columns` and `layouts` make values of text; `organisation`, `staff`, `facts` and
`tenures` judge rows against each other; `findings` and `wording` say what was found. None of these knows SQL: `load`
does, with `comparing`, `recording`, `people` and `occupancy`. Contract: `data-formats.md`.
"""
