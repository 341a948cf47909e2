"""Makes PKCS#12 files with Python's cryptography: a directory with key.pem, leaf.pem, ... and what to make."""
import sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption, PrivateFormat, load_pem_private_key, pkcs12)

kind, directory, out, password = sys.argv[1:]
read = lambda name: open(f"{directory}/{name}.pem", "rb").read()
key = load_pem_private_key(read("key"), None)
leaf, middle, root, another = (x509.load_pem_x509_certificate(read(n)) for n in ("leaf", "middle", "root", "another"))
password = password.encode()
if kind == "default":
    data = pkcs12.serialize_key_and_certificates(b"shop", key, leaf, [middle, root], BestAvailableEncryption(password))
elif kind == "3des":
    how = (PrivateFormat.PKCS12.encryption_builder().kdf_rounds(5000)
           .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1()).build(password))
    extra = pkcs12.PKCS12Certificate(another, "another name".encode())
    data = pkcs12.serialize_key_and_certificates(b"shop", key, leaf, [middle, extra], how)
elif kind == "truststore":
    data = pkcs12.serialize_java_truststore(
        [pkcs12.PKCS12Certificate(root, b"root"), pkcs12.PKCS12Certificate(another, b"another")],
        BestAvailableEncryption(password))
open(out, "wb").write(data)
