"""Other tools beside our own, pointed at the emulator: what they ask for, and how much of the truth they bring back.

``python -m tests.github.others`` installs github-activity and github-to-sqlite into a folder of their own, and prints
requests, points, seconds and completeness of each. Nothing in the tools is changed: `redirect` sends what they mean
for api.github.com to the emulator.
"""
