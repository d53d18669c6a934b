"""Asks a simulator for everything that the transcripts' units have, with pymodbus, and prints what it understood."""
import sys

from pymodbus.client import ModbusTcpClient
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

kind, port = sys.argv[1], int(sys.argv[2])
framer = ModbusRtuFramer if kind == "raw-tcp" else ModbusSocketFramer
client = ModbusTcpClient("127.0.0.1", port=port, framer=framer, timeout=3)
assert client.connect()


def say(what, reply):
    if reply.isError():
        print(what, "exception", getattr(reply, "exception_code", reply))
    elif hasattr(reply, "bits"):
        print(what, *[int(bit) for bit in reply.bits])
    elif hasattr(reply, "registers"):
        print(what, *reply.registers)
    else:
        print(what, "done")


say("coils", client.read_coils(0, 10, slave=1))
say("discrete", client.read_discrete_inputs(0, 10, slave=1))
say("input", client.read_input_registers(0, 10, slave=1))
say("holding", client.read_holding_registers(6, 3, slave=1))
say("write coil", client.write_coil(1, True, slave=1))
say("write coils", client.write_coils(2, [False, True, False], slave=1))
say("coils", client.read_coils(0, 10, slave=1))
say("write register", client.write_register(0x16, 42, slave=1))
say("write registers", client.write_registers(7, [3, 4], slave=1))
say("holding", client.read_holding_registers(7, 2, slave=1))
say("written", client.read_holding_registers(0x16, 1, slave=1))
say("other unit", client.read_holding_registers(0, 1, slave=3))
say("no such register", client.read_holding_registers(0x1234, 1, slave=1))
client.close()
