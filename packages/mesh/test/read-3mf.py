"""Reads a 3MF with lib3mf, the reference implementation, in strict mode, and prints what it says as JSON."""

import ctypes
import json
import sys

library = ctypes.CDLL("lib3MF.so.1")
handle = ctypes.c_void_p


def call(name, *arguments):
    if getattr(library, "lib3mf_" + name)(*arguments) != 0:
        sys.exit(f"lib3mf_{name} failed")


def text(read, *before):
    needed = ctypes.c_uint32()
    code = ctypes.c_uint32()
    buffer = ctypes.create_string_buffer(1000)
    call(read, *before, ctypes.byref(code), buffer, ctypes.c_uint32(1000), ctypes.byref(needed))
    return buffer.value.decode()


model, reader, objects, mesh = handle(), handle(), handle(), handle()
call("createmodel", ctypes.byref(model), ctypes.c_bool(False))
call("model_queryreader", model, b"3mf", ctypes.byref(reader))
call("reader_setstrictmodeactive", reader, ctypes.c_bool(True))
failed = library.lib3mf_reader_readfromfileutf8(reader, sys.argv[1].encode()) != 0
count = ctypes.c_uint32()
call("reader_getwarningcount", reader, ctypes.byref(count))
warnings = [text("reader_getwarningutf8", reader, ctypes.c_uint32(index)) for index in range(count.value)]
if failed:
    sys.exit(f"It cannot be read: {warnings}")

call("model_getmeshobjects", model, ctypes.byref(objects))
more = ctypes.c_bool()
call("resourceiterator_movenext", objects, ctypes.byref(more))
call("resourceiterator_getcurrent", objects, ctypes.byref(mesh))
manifold = ctypes.c_bool()
call("meshobject_ismanifoldandoriented", mesh, ctypes.byref(manifold))
triangles, vertices = ctypes.c_uint32(), ctypes.c_uint32()
call("meshobject_gettrianglecount", mesh, ctypes.byref(triangles))
call("meshobject_getvertexcount", mesh, ctypes.byref(vertices))
print(
    json.dumps(
        {
            "warnings": warnings,
            "manifold": manifold.value,
            "triangles": triangles.value,
            "vertices": vertices.value,
        }
    )
)
