"""Arrays below everything else: dtypes, shapes, devices and random bits."""
