#!/usr/bin/env python3
"""Prints the VCF that an envelope carries, written from docs/envelope.md: read_envelope.py FILE (- for standard input)."""
import hashlib
import json
import struct
import sys
import zlib

import msgpack
import zstandard


def read(body):
    version, flags, checksum = struct.unpack_from("<BBI", body)
    if version != 1 or zlib.crc32(body[6:], zlib.crc32(body[:2])) != checksum:
        raise ValueError("not an envelope of version 1, or damaged")
    envelope = msgpack.unpackb(body[6:])
    for key in ("columns", "header"):
        if flags & 1:
            size = envelope[key + "Length"]
            envelope[key] = zstandard.ZstdDecompressor().decompress(envelope[key], max_output_size=size)
    content = hashlib.sha256(b"%d %d %d\n" % (len(envelope["header"]), envelope["count"], len(envelope["columns"])))
    content.update(envelope["header"] + envelope["columns"])
    for record in envelope["rejected"]:
        problem = [record["problem"][key] for key in ("code", "severity", "line", "column", "field", "message")]
        text = json.dumps([record["ordinal"], *problem, record["text"]], ensure_ascii=False, separators=(",", ":"))
        content.update(text.encode())
    if content.hexdigest() != envelope["digest"]:
        raise ValueError("the content is not what its producer sent")
    count, columns = envelope["count"], envelope["columns"]
    envelope["ordinals"] = struct.unpack_from("<%dI" % count, columns)
    envelope["alleles"] = struct.unpack_from("<%dH" % count, columns, 4 * count)
    envelope["lines"] = columns[6 * count:].split(b"\n")[:-1]
    return envelope


if __name__ == "__main__":
    with sys.stdin.buffer if sys.argv[1] == "-" else open(sys.argv[1], "rb") as file:
        message = read(file.read())
    sys.stdout.buffer.write(message["header"] + b"".join(line + b"\n" for line in message["lines"]))
