import { createServer } from "node:net";

/**
 * A Modbus TCP server for benchmarks, as lean as it can be: answers any read of registers, whatever the unit, with register
 * values that change from request to request. Run as a process of its own, so that its cost is not ours.
 * usage: node bench/modbus-peer.ts    prints the port
 */
const float = Buffer.alloc(4);
let turn = 0;

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  socket.on("data", (request) => {
    for (let at = 0; at + 12 <= request.length; at += 12) {
      const count = request.readUInt16BE(at + 10);
      const reply = Buffer.allocUnsafe(9 + count * 2);
      request.copy(reply, 0, at, at + 8);
      reply.writeUInt16BE(3 + count * 2, 4);
      reply[8] = count * 2;
      turn = (turn + 1) % 1000;
      float.writeFloatBE(Math.round(2302 + turn) / 10);
      for (let register = 0; register < count; register++)
        float.copy(reply, 9 + register * 2, (register % 2) * 2, (register % 2) * 2 + 2);
      socket.write(reply);
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") console.log(address?.port);
});
