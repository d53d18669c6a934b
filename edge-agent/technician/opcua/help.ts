export const opcuaHelp = `weir-edge opcua: what an OPC UA server has, and whom this gateway trusts

  weir-edge opcua offers <where>               the server's ways in: policies, identities, certificate
  weir-edge opcua browse <where> [node]        what is below a node, with types, values and node ids
  weir-edge opcua read <where> <node…>         values with status and times
  weir-edge opcua trust <where> [list]         this gateway's own certificate, those it trusts, those it put aside
  weir-edge opcua trust <where> add <which…>   trust: by fingerprint or by file
  weir-edge opcua trust <where> reject <which…>
  weir-edge opcua trust <where> remove <which…>

<where> is edge.yaml or the address of a server (opc.tcp://10.0.0.5:4840); for trust also the folder of the certificates.
<node> is browse names from the Objects folder down (Plant/Pump_1, * for any characters), or a node id (nsu=urn:acme;s=Pump1.Flow).
<which> is the beginning of a fingerprint as \`list\` shows it, or a certificate file, PEM or DER.

  --bus <name>            which OPC UA bus of edge.yaml, where it has several
  --depth <n>             browse: how many levels (default 2)
  --limit <n>             browse: how many nodes at most (default 2000)
  --json                  for programs
  --policy <p>            for an address: None, Basic256Sha256, … ; the most secure that the server offers when left out
  --user <name>           for an address: with --password-file; anonymous when left out
  --password-file <file>  a file that holds the password and nothing else
  --pki <folder>          for an address: folder of the certificates (default opcua-pki)

Examples
  weir-edge opcua offers opc.tcp://10.0.0.5:4840
  weir-edge opcua browse opc.tcp://10.0.0.5:4840 Plant --policy None --depth 3
  weir-edge opcua browse edge.yaml Plant/Pump_1
  weir-edge opcua read edge.yaml Plant/Pump_1/Flow
  weir-edge opcua trust edge.yaml add 3f2a9c41

Exit code: 0 all is well; 1 a fault, or a value that is not good; 2 the command was not understood.`;
