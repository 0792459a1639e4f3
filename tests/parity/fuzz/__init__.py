"""Random programs, run by kerasish's engines and by the real Keras, and compared.

A case is the text of a small program over `K`, which stands for either package. An area and one
integer seed draw it, so both together reproduce it. `python -m tests.parity.fuzz --help` says how
to run many; CONTRIBUTING.md says when.
"""
