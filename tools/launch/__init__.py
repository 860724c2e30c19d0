"""Starts and stops what the system needs: servers, the demo, the test cluster.

Standard library only: these modules run before any setting can be read.
"""
