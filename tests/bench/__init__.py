"""`make bench`: how fast a case goes, beside a bare Temporal workflow in the same run. Printed, not asserted."""
