"""Asks a sensor with PyPMS's own command, or waits for one that speaks by itself, and prints what PyPMS makes of its bytes.

usage: pypms-client.py <model> <port> [listen]
"""

import sys

import serial
from pms import SensorWarning
from pms.core import Sensor

model, port, *listen = sys.argv[1:]
sensor = Sensor[model]
command = sensor.command("passive_read")
line = serial.serial_for_url(f"socket://127.0.0.1:{port}", timeout=2.5)
if listen:
    line.read(3)  # begin in the middle of a frame
else:
    line.write(command.command)
heard = b""
while chunk := line.read(1):
    heard += chunk
    try:
        seen = vars(sensor.decode(heard[-command.answer_length :]))
        print(*(f"{name}={value}" for name, value in seen.items() if name != "time"))
        sys.exit()
    except SensorWarning:
        pass
sys.exit(f"{model}: no message in {heard.hex(' ')}")
