"""For tests: an OPC UA server on a stack that we did not write. One JSON object as argument; commands on standard input.

{"port": 4841, "secure": true, "user": "weir", "password": "…", "folder": "/tmp/…", "many": 0}
set <node> <value> [<status>]     such as: set Flow 12.5, set Flow 12.5 UncertainLastUsableValue
"""
import asyncio
import json
import logging
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.server.user_managers import UserManager
from asyncua.crypto.permission_rules import User, UserRole
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

logging.disable(logging.CRITICAL)
options = json.loads(sys.argv[1])
namespace = "urn:weir:test"
application = "urn:weir:asyncua"


class OneUser(UserManager):
    def get_user(self, iserver, username=None, password=None, certificate=None):
        if username is not None and username == options.get("user") and password == options.get("password"):
            return User(role=UserRole.Admin)
        if certificate is not None and "userCertificate" in options:
            der = certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)
            if der == Path(options["userCertificate"]).read_bytes():
                return User(role=UserRole.Admin)
        return None


async def main():
    server = Server(user_manager=OneUser() if "user" in options or "userCertificate" in options else None)
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{options['port']}/weir/")
    await server.set_application_uri(application)
    if "userCertificate" in options:
        server.set_identity_tokens([ua.X509IdentityToken])
    if options.get("secure"):
        folder = Path(options["folder"])
        key, cert = folder / "server-key.pem", folder / "server-cert.der"
        await setup_self_signed_certificate(
            key, cert, application, options.get("host", "127.0.0.1"), [ExtendedKeyUsageOID.SERVER_AUTH],
            {"countryName": "CN", "organizationName": "Weir test"},
        )
        await server.load_certificate(str(cert))
        await server.load_private_key(str(key))
        server.set_security_policy([getattr(ua.SecurityPolicyType, options["policy"])] if "policy" in options else [
            ua.SecurityPolicyType.Basic256Sha256_Sign,
            ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
            ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
            ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
        ])
    else:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    for other in range(options.get("others", 0)):
        await server.register_namespace(f"urn:weir:other:{other}")
    own = await server.register_namespace(namespace)
    plant = await server.nodes.objects.add_object(ua.NodeId("Plant", own), ua.QualifiedName("Plant", own))
    nodes = {}
    for number in (1, 2):
        pump = await plant.add_object(ua.NodeId(f"Pump_{number}", own), ua.QualifiedName(f"Pump_{number}", own))
        for name, value, kind in (
            ("Flow", 10.0 * number, ua.VariantType.Double),
            ("Pressure", 2.5, ua.VariantType.Float),
            ("State", 1, ua.VariantType.Int32),
            ("Running", True, ua.VariantType.Boolean),
            ("Setpoint", 5, ua.VariantType.UInt16),
            ("Counter", 5_000_000_000, ua.VariantType.Int64),
            ("Levels", [1.5, 2.5, 3.5], ua.VariantType.Double),
        ):
            at = ua.NodeId(f"Pump_{number}.{name}", own)
            node = await pump.add_variable(at, ua.QualifiedName(name, own), value, varianttype=kind)
            if name == "Setpoint":
                await node.set_writable()
            nodes[name if number == 1 else f"{name}{number}"] = (node, kind)
    many = await plant.add_object(ua.NodeId("Many", own), ua.QualifiedName("Many", own))
    for number in range(options.get("many", 0)):
        await many.add_variable(ua.NodeId(f"Many.{number}", own), ua.QualifiedName(f"V{number}", own), float(number))

    async def obey(line):
        _, name, text, *status = line.split()
        node, kind = nodes[name]
        value = json.loads(text)
        await node.write_value(ua.DataValue(
            ua.Variant(value, kind),
            StatusCode=ua.StatusCode(getattr(ua.StatusCodes, status[0]) if status else ua.StatusCodes.Good),
            SourceTimestamp=datetime.now(timezone.utc) - timedelta(milliseconds=1),
        ))

    async with server:
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            await obey(line.decode())
            print("done", flush=True)


asyncio.run(main())
