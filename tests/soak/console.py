"""What kopia would print in a long run, made from its grammar."""

import base64

LINE = 0.3           # seconds between two lines
TOTAL = 100 * 10**9  # bytes that it has to do


def size(count):
    """As kopia prints a size, and the bytes that this text means."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "KB")):
        if count >= unit:
            tenths = count * 10 // unit
            text = f"{tenths / 10:.1f}".removesuffix(".0")
            return f"{text} {name}", tenths * unit // 10
    return f"{count} B", count


def console(hours, randoms):
    """(seconds, bytes, percent in tenths or None, uploaded) of each read."""
    count = int(hours * 3600 / LINE)
    yield 0, b"Snapshotting app@host:/data ...\n", None, None
    rate, done = 1.0, 0.0
    steps = []
    for _ in range(count):  # it goes faster and slower, and stands still
        rate = min(4.0, max(0.0, rate + randoms.uniform(-0.3, 0.3)))
        done += rate
        steps.append(done)
    for i, done in enumerate(steps):
        part = done / steps[-1]
        hashed, _ = size(int(TOTAL * part))
        uploaded, known = size(int(TOTAL * part * 0.9))
        percent = int(part * 1000)
        left = int((1 - part) * hours * 3600)
        text = (f"\r {'|/-'[i % 3]} 2 hashing, {i} hashed ({hashed}), 0 cached "
                f"(0 B), uploaded {uploaded}, estimated 100 GB "
                f"({percent / 10:.1f}%) {left // 3600}h{left // 60 % 60}m"
                f"{left % 60}s left")
        if randoms.random() < 0.001:
            text += (f"\n ! Ignored error when processing \"f{i}\": "
                     "permission denied\n")
        yield (i + 1) * LINE, text.encode(), percent, known
    yield count * LINE, (
        "\nCreated snapshot with root k032f0dd5ed953a6134f940aafac08ac0 and ID "
        f"3bb27f7f21ef85eef629fc63392aa911 in {hours}h0m0s\n").encode(), \
        None, None


def record(path, lines):
    """Writes them as kopia-progress --record would."""
    with open(path, "w", encoding="ascii") as file:
        for at, data, _, _ in lines:
            file.write(f"{at:.4f}\t{base64.b64encode(data).decode()}\n")
