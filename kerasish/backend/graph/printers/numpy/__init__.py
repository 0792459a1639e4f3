"""The NumPy printer: a straight line of array-module calls that write into prepared memory."""
