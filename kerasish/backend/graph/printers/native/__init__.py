"""The native printer: a plan as compiled code. Needs llvmlite (the extra `jit`)."""
