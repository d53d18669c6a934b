"""A Modbus server by pymodbus 3.0 (Debian's python3-pymodbus) for the peers test.

usage: pymodbus-server.py tcp | raw-tcp | serial <path>
Unit 17: holding 0-39 hold 1000 + register, except 7 which does not exist; 40-41 a float 230.2 (ABCD); 42-43 the same (CDAB);
input 0-9 hold their register; coils 0-15 alternate 1 0. Prints `listening <port>` or `serial <path>` when it answers.
"""

import asyncio
import struct
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.framer.socket_framer import ModbusSocketFramer
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer

HIGH, LOW = struct.unpack(">HH", struct.pack(">f", 230.2))
HOLDING = {register: 1000 + register for register in range(40) if register != 7}
HOLDING.update({40: HIGH, 41: LOW, 42: LOW, 43: HIGH})
CONTEXT = ModbusServerContext(
    slaves={
        17: ModbusSlaveContext(
            hr=ModbusSparseDataBlock(HOLDING),
            ir=ModbusSparseDataBlock({register: register for register in range(10)}),
            co=ModbusSparseDataBlock({bit: bit % 2 == 0 for bit in range(16)}),
            di=ModbusSparseDataBlock({0: True}),
            zero_mode=True,
        )
    },
    single=False,
)


async def main(kind, path=None):
    """Serve until killed."""
    if kind == "serial":
        server = ModbusSerialServer(CONTEXT, ModbusRtuFramer, port=path, baudrate=9600, ignore_missing_slaves=True)
        await server.start()
        print("serial", path, flush=True)
        await server.serve_forever()
        return
    framer = ModbusSocketFramer if kind == "tcp" else ModbusRtuFramer
    server = ModbusTcpServer(CONTEXT, framer, address=("127.0.0.1", 0))
    task = asyncio.ensure_future(server.serve_forever())
    await server.serving
    print("listening", server.server.sockets[0].getsockname()[1], flush=True)
    await task


asyncio.run(main(*sys.argv[1:]))
