"""pynmea2 (python3-nmea2), a peer. `write <seed>`: sentences of its own making, each with what it put in. `read`: what it makes of stdin."""

import json
import random
import sys

import pynmea2


def number(chance, low, high, digits):
    return f"{chance.uniform(low, high):.{digits}f}"


def sentences(chance):
    for _ in range(200):
        angle, speed = number(chance, 0, 359, 1), number(chance, 0, 60, 1)
        unit = chance.choice("KMN")
        status = chance.choice("AAAV")
        yield pynmea2.MWV("WI", "MWV", (angle, "R", speed, unit, status)), [angle, speed, unit, status]
        celsius, bar, humidity = number(chance, -40, 60, 1), number(chance, 0.8, 1.1, 4), number(chance, 0, 100, 1)
        metres = number(chance, 0, 60, 1)
        fields = ["", "I", bar, "B", celsius, "C", "", "", humidity, "", "", "C", angle, "T", "", "M", "", "N", metres, "M"]
        yield pynmea2.MDA("WI", "MDA", tuple(fields)), [bar, celsius, humidity, angle, metres]
        water = number(chance, -2, 35, 1)
        yield pynmea2.MTW("YX", "MTW", (water, "C")), [water]
        depth = number(chance, 0, 90, 1)
        yield pynmea2.DBT("SD", "DBT", ("", "f", depth, "M", "", "F")), [depth]
        air = number(chance, -40, 60, 1)
        yield pynmea2.XDR("WI", "XDR", ("P", bar, "B", "BARO", "C", air, "C", "TEMP")), [bar, air]


if sys.argv[1] == "write":
    chance = random.Random(int(sys.argv[2]))
    print(json.dumps([{"line": str(made), "put": put} for made, put in sentences(chance)]))
else:
    found = []
    for line in sys.stdin.read().split():
        read = pynmea2.parse(line, check=True)
        found.append({"talker": read.talker, "type": read.sentence_type, "fields": read.data})
    print(json.dumps(found))
