/* Where boot485 begins, and behind that what an image may call, at addresses that will not change: nodes/loader.h. */
  .section .vectors, "ax", @progbits
  rjmp start
  nop
  rjmp confirm  /* 0x7004 */
  rjmp enter    /* 0x7006 */
  rjmp report   /* 0x7008 */
  .ascii "B485" /* 0x700A */
  .byte 1, 0    /* protocol */

  .section .init0, "ax", @progbits
start:
  clr r1
