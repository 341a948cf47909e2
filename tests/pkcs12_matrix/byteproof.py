"""Holds a PKCS#12 file against the one that it was before an addition, byte by byte.

A second implementation, which shares nothing with rootfix: it reads BER by itself, derives keys with hashlib and
decrypts with `openssl enc`. Lines of path before, path after, password on standard input; for each, "kept N bags,
added M" or what is wrong.
"""
import hashlib, hmac, subprocess, sys

class Node:
    def __init__(self, data, start):
        self.data, self.start = data, start
        self.tag, at = data[start], start + 1
        assert self.tag & 0x1f != 0x1f or self.tag == 0xbf
        if self.tag & 0x1f == 0x1f:
            while data[at] & 0x80:
                at += 1
            at += 1
        self.children = []
        first, at = data[at], at + 1
        self.indefinite = first == 0x80
        self.content = at
        if self.indefinite:
            self.length_octets = 0
            while data[at:at + 2] != b"\0\0":
                self.children.append(Node(data, at))
                at = self.children[-1].end
            self.content_end, self.end = at, at + 2
            return
        length = first
        self.length_octets = first & 0x7f if first & 0x80 else 0
        if first & 0x80:
            length = int.from_bytes(data[at:at + self.length_octets], "big")
            at += self.length_octets
        self.content, self.content_end = at, at + length
        self.end = self.content_end
        assert self.end <= len(data)
        if self.tag & 0x20:
            while at < self.end:
                self.children.append(Node(data, at))
                at = self.children[-1].end
            assert at == self.end

    def raw(self):
        return self.data[self.start:self.end]

    def octets(self):
        if self.tag & 0x20:
            return b"".join(child.octets() for child in self.children)
        return self.data[self.content:self.content_end]

    def number(self):
        return int.from_bytes(self.octets(), "big")

    def form(self):
        """The identifier and how the length is written; a shortest length may grow by octets."""
        content = self.content_end - self.content
        shortest = 0 if content < 0x80 else (content.bit_length() + 7) // 8
        padded = self.length_octets if self.length_octets != shortest else "shortest"
        return self.tag, "indefinite" if self.indefinite else padded, len(self.children) > 1 and \
            self.tag in (0x24, 0xa0) and max(len(child.octets()) for child in self.children)

def oid(node):
    octets, values = node.octets(), []
    value = 0
    for octet in octets:
        value = value << 7 | octet & 0x7f
        if not octet & 0x80:
            values.append(value)
            value = 0
    first = min(values[0] // 40, 2)
    return ".".join(map(str, [first, values[0] - 40 * first] + values[1:]))

HASHES = {"1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384",
          "2.16.840.1.101.3.4.2.3": "sha512", "2.16.840.1.101.3.4.2.4": "sha224"}
HMACS = {"1.2.840.113549.2.7": "sha1", "1.2.840.113549.2.8": "sha224", "1.2.840.113549.2.9": "sha256",
         "1.2.840.113549.2.10": "sha384", "1.2.840.113549.2.11": "sha512"}
PBES1 = {"1.2.840.113549.1.12.1.3": ("des-ede3-cbc", 24), "1.2.840.113549.1.12.1.5": ("rc2-cbc", 16),
         "1.2.840.113549.1.12.1.6": ("rc2-40-cbc", 5)}
PBES2 = {"1.2.840.113549.3.7": ("des-ede3-cbc", 24), "2.16.840.1.101.3.4.1.2": ("aes-128-cbc", 16),
         "2.16.840.1.101.3.4.1.22": ("aes-192-cbc", 24), "2.16.840.1.101.3.4.1.42": ("aes-256-cbc", 32)}

def pkcs12_key(name, use, password, salt, iterations, length):
    block = hashlib.new(name).block_size
    fill = lambda part: (part * block)[:-(-len(part) // block) * block]
    state = fill(salt) + fill(password)
    key = b""
    while True:
        digest = bytes([use]) * block + state
        for _ in range(iterations):
            digest = hashlib.new(name, digest).digest()
        key += digest
        if len(key) >= length:
            return key[:length]
        addend = int.from_bytes((digest * block)[:block], "big") + 1
        parts = [int.from_bytes(state[at:at + block], "big") for at in range(0, len(state), block)]
        state = b"".join(((part + addend) % (1 << 8 * block)).to_bytes(block, "big") for part in parts)

def pbkdf2(node, password, length):
    assert oid(node.children[0]) == "1.2.840.113549.1.5.12"
    parameters = node.children[1].children
    prf = HMACS[oid(parameters[-1].children[0])] if parameters[-1].tag == 0x30 else "sha1"
    return hashlib.pbkdf2_hmac(prf, password, parameters[0].octets(), parameters[1].number(), length)

def decrypt(algorithm, ciphertext, passwords):
    """The plain text, and the algorithm's bytes without what sets the IV."""
    utf16, utf8 = passwords
    name, parameters = oid(algorithm.children[0]), algorithm.children[1].children
    if name in PBES1:
        cipher, length = PBES1[name]
        salt, iterations = parameters[0].octets(), parameters[1].number()
        key, iv = (pkcs12_key("sha1", use, utf16, salt, iterations, n) for use, n in ((1, length), (2, 8)))
        place = parameters[0]
    else:
        assert name == "1.2.840.113549.1.5.13", name
        cipher, length = PBES2[oid(parameters[1].children[0])]
        key = pbkdf2(parameters[0], utf8, length)
        place = parameters[1].children[1]
        iv = place.octets()
    command = ["openssl", "enc", "-d", "-" + cipher, "-K", key.hex(), "-iv", iv.hex(),
               "-provider", "legacy", "-provider", "default"]
    plain = subprocess.run(command, input=ciphertext, capture_output=True)
    assert plain.returncode == 0, "does not decrypt"
    masked = bytearray(algorithm.data)
    masked[place.content:place.content_end] = bytes(place.content_end - place.content)
    return plain.stdout, bytes(masked[algorithm.start:algorithm.end])

def mac_is_right(mac, content, passwords):
    """And the MacData without its value."""
    utf16, utf8 = passwords
    algorithm, digest = mac.children[0].children
    name = oid(algorithm.children[0])
    if name == "1.2.840.113549.1.5.14":
        derivation, scheme = algorithm.children[1].children
        key = pbkdf2(derivation, utf8, derivation.children[1].children[2].number())
        name = HMACS[oid(scheme.children[0])]
    else:
        name = HASHES[name]
        iterations = mac.children[2].number() if len(mac.children) > 2 else 1
        length = hashlib.new(name).digest_size
        key = pkcs12_key(name, 3, utf16, mac.children[1].octets(), iterations, length)
    return hmac.new(key, content, name).digest() == digest.octets()

class File:
    def __init__(self, path, password):
        self.data = open(path, "rb").read()
        self.pfx = Node(self.data, 0)
        self.version, info = self.pfx.children[:2]
        self.mac = self.pfx.children[2] if len(self.pfx.children) > 2 else None
        explicit = info.children[1]
        octets = explicit.children[0]
        self.safe = octets.octets()
        safe = Node(self.safe, 0)
        self.wrapping = [node.form() for node in (self.pfx, info, explicit, octets, safe)]
        self.contents = safe.children
        self.tail = self.data[self.pfx.end:], self.safe[safe.end:]
        self.passwords = (password.encode("utf-16-be") + b"\0\0", password.encode())
        if self.mac and not mac_is_right(self.mac, self.safe, self.passwords) and not password:
            self.passwords = (b"", b"")
        assert not self.mac or mac_is_right(self.mac, self.safe, self.passwords), "the integrity value is wrong"

    def mac_without_value(self):
        if not self.mac:
            return None
        digest = self.mac.children[0].children[1]
        return self.mac.data[self.mac.start:digest.content], self.mac.data[digest.content_end:self.mac.end]

    def open(self, content):
        """Forms of what is around, the algorithm, and the bags of one content."""
        kind, explicit = content.children
        nodes = [content, explicit, explicit.children[0]]
        if oid(kind) == "1.2.840.113549.1.7.1":
            plain, algorithm = nodes[-1].octets(), None
        else:
            assert oid(kind) == "1.2.840.113549.1.7.6"
            version, info = nodes[-1].children
            nodes += [info, info.children[2]]
            plain, algorithm = decrypt(info.children[1], info.children[2].octets(), self.passwords)
            algorithm = (version.raw(), info.children[0].raw(), algorithm)
        safe = Node(plain, 0)
        nodes.append(safe)
        return [node.form() for node in nodes], algorithm, [bag.raw() for bag in safe.children], plain[safe.end:]

def has_certificate(bag):
    return bytes.fromhex("060b2a864886f70d010c0a0103") in bag

def compare(before, after):
    assert before.version.raw() == after.version.raw()
    # Pieces of an OCTET STRING keep their size.
    assert before.wrapping == after.wrapping, f"the form of what is around: {before.wrapping} {after.wrapping}"
    assert before.tail == after.tail, "what is behind"
    assert before.mac_without_value() == after.mac_without_value(), "what the integrity value is made of"
    kept = added = 0
    old, new = before.contents, after.contents
    changed = [at for at, (one, other) in enumerate(zip(old, new)) if one.raw() != other.raw()]
    if len(new) > len(old):
        assert len(new) == len(old) + 1 and not changed, "a new content, and others changed"
        assert not any(has_certificate(bag) for content in old for bag in before.open(content)[2])
        added = len(after.open(new[-1])[2])
    else:
        assert len(changed) == 1, "one content is another"
    for at, (one, other) in enumerate(zip(old, new)):
        one = before.open(one)
        kept += len(one[2])
        if at in changed:
            other = after.open(other)
            assert one[0] == other[0], f"the form of a content: {one[0]} {other[0]}"
            assert one[1] == other[1], "the encryption of a content"
            assert one[3] == other[3], "what is behind a content"
            assert other[2][:len(one[2])] == one[2], "a bag is not as it was"
            added += len(other[2]) - len(one[2])
    return f"kept {kept} bags, added {added}"

for line in sys.stdin:
    before, after, password = line.rstrip("\n").split("\t")
    try:
        print(compare(File(before, password), File(after, password)))
    except Exception as why:
        print(f"WRONG {type(why).__name__} {why}")
