"""The domain: duties, deadlines, ladders and decisions. Pure: no I/O, no clock, no framework; `now` is an argument."""
