"""pyserial's RFC 2217 server on one serial device, for one client at a time: rfc2217-server.py <device>. Prints `listening <port>`."""
import socket
import sys
import termios
import threading

import serial
import serial.rfc2217


class Wire:
    """What PortManager writes its Telnet to."""

    def __init__(self, connection):
        self.connection = connection
        self.lock = threading.Lock()

    def write(self, data):
        with self.lock:
            self.connection.sendall(data)


class Line(serial.Serial):
    """A pseudo-terminal has no modem lines to ask for, and says that it cannot have parity."""

    cts = dsr = cd = True
    ri = False

    def _reconfigure_port(self, force_update=False):
        try:
            super()._reconfigure_port(force_update)
        except termios.error:
            pass


def serve(connection, port):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    manager = serial.rfc2217.PortManager(port, Wire(connection))
    alive = True

    def from_line():
        while alive:
            data = port.read(port.in_waiting or 1)
            if data:
                manager.connection.write(b"".join(manager.escape(data)))

    reader = threading.Thread(target=from_line, daemon=True)
    reader.start()
    try:
        while data := connection.recv(1024):
            port.write(b"".join(manager.filter(data)))
    except ConnectionError:
        pass
    alive = False
    reader.join()


line = Line(sys.argv[1], timeout=0.05)
server = socket.create_server(("127.0.0.1", 0))
print("listening", server.getsockname()[1], flush=True)
while True:
    client, _ = server.accept()
    with client:
        serve(client, line)
