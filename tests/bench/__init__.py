"""`make bench`: how fast a case goes, beside a bare Temporal workflow in the same run. Figures are printed, not asserted."""
