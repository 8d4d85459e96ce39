"""What status-patch is told in the tests that have many of them."""

import json


def status_line(hundredths):
    """A status line whose phase "dump" is at so many hundredths of a percent,
    the first of two."""
    percent = "%d.%02d" % divmod(hundredths, 100)
    whole = "%d.%02d" % divmod(hundredths // 2, 100)
    return (json.dumps({
        "type": "status", "state": "running",
        "actions": [{"name": "backup", "phases": [
            {"name": "dump", "state": "running",
             "progress": {"progressPercent": percent}},
            {"name": "upload", "state": "pending"}]}],
        "progress": {"percentCompleted": whole}}) + "\n").encode()
