"""A Modbus TCP client by pymodbus 3.0 (Debian's python3-pymodbus) for the peers test of the proxy.

usage: pymodbus-client.py <port> <unit> <times>
Reads two holding registers each time, one place further on, and expects 1000 + register. Prints `<n> right, <m> wrong`.
"""

import sys

from pymodbus.client import ModbusTcpClient

PORT, UNIT, TIMES = map(int, sys.argv[1:])
client = ModbusTcpClient("127.0.0.1", port=PORT, timeout=10)
client.connect()
right = 0
for turn in range(TIMES):
    start = 8 + turn % 20
    answer = client.read_holding_registers(start, 2, slave=UNIT)
    right += not answer.isError() and answer.registers == [1000 + start, 1001 + start]
client.close()
print(f"{right} right, {TIMES - right} wrong")
