/** What `weir-edge scan --help` shows. */
export const scanHelp = `weir-edge scan: what hangs on a line or answers at a host, and which profiles fit

  weir-edge scan                               the serial ports of this gateway, and what is plugged in there
  weir-edge scan serial <port>                 a serial line: baud rates, parities, protocols, addresses
  weir-edge scan raw-tcp <host:port>           a line behind a serial server; its settings are those of the server
  weir-edge scan rfc2217 <host:port>           a line behind a serial server whose settings can be set from here
  weir-edge scan tcp <host[:port]>             Modbus TCP: units 255, 0 and 1 to 247
  weir-edge scan firmata <port|USB id|host:port>   a board with Firmata: its sketch, its pins, the chips that answer

It never writes to an instrument. It asks: Modbus reads of one register (functions 3 and 4), read device identification (43/14)
and report server id (17); DL/T 645 and CJ/T 188 reads of address and energy; SDI-12 ?! and aI!; what profiles of text and frame instruments ask with; for
talkers it listens. Then it reads what the profiles that may fit have.
Any valid answer is a find, refusals too. Common settings and units 1 to 32 come first; where units answer, the others up to
247 follow; other settings are tried while nothing has answered. Ctrl-C shows what was found so far.

  --baud <list>       9600,2400: only these rates; firmata: the one of Firmata.begin, 57600 unless it was changed
  --parity <list>     none,even,odd: only these parities
  --units <list>      1-32,40: only these Modbus units
  --protocols <list>  of modbus,dlt645,cjt188,sdi12,nmea,frame,line,vaisala: only these
  --timeout <time>    longest wait for an answer: serial 200ms, raw-tcp 300ms, tcp 1s
  --all               every question at every setting, whatever was found before
  --profiles <dir>    profiles of your own beside the shipped ones
  --write <file>      put bus and instruments into edge.yaml; an existing file is added to, its comments stay
  --force             --write: do not ask before an existing file is changed
  --lang <l>          en or zh; otherwise as LANG says
  --json              events, one JSON object a line

Of a board it asks the chips on I2C and OneWire and leaves all other pins as they are; but most boards restart when their port is opened.
A port that the agent reads is taken: stop the agent while you scan. Two masters on one line spoil each other's frames.

Examples
  weir-edge scan
  weir-edge scan serial /dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0
  weir-edge scan serial /dev/ttyUSB0 --baud 2400,9600 --parity even --protocols dlt645
  weir-edge scan raw-tcp 192.168.1.30:4001 --write edge.yaml
  weir-edge scan firmata 2341:0043 --write edge.yaml
  weir-edge scan tcp 192.168.1.20 --units 1-10 --json

Exit code: 0 something was found; 1 nothing was, or the line could not be used; 2 the command was not understood.`;
