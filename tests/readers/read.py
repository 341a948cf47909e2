# Usage: python3 read.py openssl|gnutls FOLDER PORT_A PORT_B PORT_C < names
# What Python's ssl (OpenSSL) or libgnutls itself makes of FOLDER/NAME.pem, a line for each name:
# NAME, the letters of the roots that are trusted, whether an error was reported, how many certificates were loaded.
import ctypes, socket, ssl, sys

library, folder, *ports = sys.argv[1:]


def with_openssl(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    error = False
    try:
        context.load_verify_locations(path)
    except Exception:
        error = True
    trusted = ""
    count = context.cert_store_stats()["x509"]
    for letter, port in zip("ABC", ports) if count else ():
        try:
            with socket.create_connection(("127.0.0.1", int(port))) as tcp:
                context.wrap_socket(tcp, server_hostname="localhost").close()
            trusted += letter
        except ssl.SSLError:
            pass
    return trusted, error, count


class Datum(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_uint)]


def with_gnutls(path):
    lib = ctypes.CDLL("libgnutls.so.30")
    trust = ctypes.c_void_p()
    lib.gnutls_x509_trust_list_init(ctypes.byref(trust), 0)
    error = lib.gnutls_x509_trust_list_add_trust_file(trust, path.encode(), None, 1, 0, 0) < 0
    trusted, count = "", 0
    place, entry = ctypes.c_void_p(), ctypes.c_void_p()
    while lib.gnutls_x509_trust_list_iter_get_ca(trust, ctypes.byref(place), ctypes.byref(entry)) == 0:
        count += 1
        lib.gnutls_x509_crt_deinit(entry)
    for letter in "ABC":
        der = open(f"{folder}/leaf{letter}.der", "rb").read()
        leaf = ctypes.c_void_p()
        lib.gnutls_x509_crt_init(ctypes.byref(leaf))
        assert lib.gnutls_x509_crt_import(leaf, ctypes.byref(Datum(der, len(der))), 0) == 0
        status = ctypes.c_uint()
        chain = (ctypes.c_void_p * 1)(leaf)
        verdict = lib.gnutls_x509_trust_list_verify_crt2(trust, chain, 1, None, 0, 0, ctypes.byref(status), None)
        if verdict == 0 and status.value == 0:
            trusted += letter
        lib.gnutls_x509_crt_deinit(leaf)
    lib.gnutls_x509_trust_list_deinit(trust, 1)
    return trusted, error, count


read = {"openssl": with_openssl, "gnutls": with_gnutls}[library]
for name in sys.stdin.read().split():
    trusted, error, count = read(f"{folder}/{name}.pem")
    print(name, trusted or "-", int(error), count)
