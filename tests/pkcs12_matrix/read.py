"""Prints what Python's cryptography finds: one line per entry. Lines of path, tab, password on standard input."""
import hashlib, sys
from cryptography.hazmat.primitives.serialization import (
    Encoding, NoEncryption, PrivateFormat, pkcs12)

def sha(data):
    return hashlib.sha256(data).hexdigest()

def certificate(found):
    return f"{sha(found.certificate.public_bytes(Encoding.DER))} {found.friendly_name}"

for line in sys.stdin:
    path, password = line.rstrip("\n").split("\t")
    print("FILE", path)
    try:
        store = pkcs12.load_pkcs12(open(path, "rb").read(), None if password == "-" else password.encode())
    except Exception as why:
        print("FAILS", why)
        continue
    if store.key:
        print("key", sha(store.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())))
    if store.cert:
        print("own", certificate(store.cert))
    for extra in store.additional_certs:
        print("extra", certificate(extra))
