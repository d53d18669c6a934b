/* A Modbus slave by libmodbus for the peers test.
 *
 * usage: libmodbus-slave tcp | libmodbus-slave serial <device>
 * Unit 17: holding 0-39 hold 2000 + register; 40-41 a float 230.2 (ABCD), 42-43 the same (CDAB); input 0-9 hold their register;
 * coils 0-15 alternate 1 0; nothing else exists. Prints `listening <port>` or `serial <device>` when it answers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { UNIT = 17, COILS = 16, HOLDING = 44, INPUT = 10 };

static modbus_mapping_t *fill(void)
{
    modbus_mapping_t *map = modbus_mapping_new(COILS, 0, HOLDING, INPUT);
    if (!map)
        return NULL;
    for (int bit = 0; bit < COILS; bit++)
        map->tab_bits[bit] = bit % 2 == 0;
    for (int i = 0; i < 40; i++)
        map->tab_registers[i] = 2000 + i;
    /* By hand: modbus_set_float_abcd of libmodbus 3.1.6 swaps the bytes of each word on a little-endian machine. */
    float voltage = 230.2f;
    uint32_t bits;
    memcpy(&bits, &voltage, sizeof bits);
    map->tab_registers[40] = map->tab_registers[43] = bits >> 16;
    map->tab_registers[41] = map->tab_registers[42] = bits;
    for (int i = 0; i < INPUT; i++)
        map->tab_input_registers[i] = i;
    return map;
}

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, modbus_strerror(errno));
    exit(1);
}

/* Answers what comes until the other end goes away. */
static void serve(modbus_t *slave, modbus_mapping_t *map, int forever)
{
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        int length = modbus_receive(slave, query);
        if (length > 0)
            modbus_reply(slave, query, length, map);
        else if (length < 0 && !forever)
            return;
    }
}

int main(int argc, char **argv)
{
    int tcp = argc == 2 && strcmp(argv[1], "tcp") == 0;
    if (!tcp && !(argc == 3 && strcmp(argv[1], "serial") == 0)) {
        fprintf(stderr, "usage: libmodbus-slave tcp | serial <device>\n");
        return 2;
    }
    modbus_mapping_t *map = fill();
    modbus_t *slave = tcp ? modbus_new_tcp("127.0.0.1", 0) : modbus_new_rtu(argv[2], 9600, 'N', 8, 1);
    if (!map || !slave || modbus_set_slave(slave, UNIT) < 0)
        fail("modbus");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!tcp) {
        if (modbus_connect(slave) < 0)
            fail(argv[2]);
        printf("serial %s\n", argv[2]);
        serve(slave, map, 1);
    }
    int listening = modbus_tcp_listen(slave, 1);
    struct sockaddr_in at;
    socklen_t size = sizeof at;
    if (listening < 0 || getsockname(listening, (struct sockaddr *)&at, &size) < 0)
        fail("listen");
    printf("listening %d\n", ntohs(at.sin_port));
    while (modbus_tcp_accept(slave, &listening) >= 0) {
        serve(slave, map, 0);
        close(modbus_get_socket(slave));
    }
    fail("accept");
}
