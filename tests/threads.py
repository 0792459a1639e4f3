"""Waiting for threads that would disturb what a test measures."""

import threading


def wait_for_compilers():
    """Wait for the threads that compile functions of earlier tests."""
    for thread in threading.enumerate():
        if thread.name == "kerasish-compiler":
            thread.join()
