"""The product beside its peers: their drivers and far side, our manifest."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from harness import HERE

COMMANDS = {
    "intake": ["intake/run.py", "--systems", "ref-c,seed-python,seed-node,product"],
    "trigger": ["trigger/run.py", "--systems", "seed-python,seed-node,product", "--rates", "10,50", "--n", "200"],
    "stream": ["stream/run.py", "--consumers", "py-sdk-aiohttp,py-tuned,node-sdk,node-raw,product", "--only", "speed"],
    "hold": ["stream/run.py", "--consumers", "product", "--only", "hold", "--hold", "8000"],
    # Those that need no PostgreSQL or Redis. The C reference and the product are there twice: alone, and 64 together.
    "queue": ["queue/run.py", "--systems",
              "sqlite-naive,huey-sqlite,dbos-sqlite,dbos-sqlite-direct,ref-sqlite,ref-sqlite-group64,product-sqlite,product-sqlite-64"],
    "delivery": ["delivery/run.py", "--systems", "seed-python,seed-node,product"],
    "footprint": ["footprint/run.py", "--systems", "seed-python,seed-node,product"],
}

# The far side knows one-request uploads only, and no file by its id. The product looks at the root folder, asks Drive for the file's id first, so that an upload whose
# answer was lost is found again, and sends the bytes in a resumable upload: it is taught all three. Its tasks are in
# another list than its webhooks tell of: the product fetches a task again and would leave it alone.
UPLOADS = '''    if (is(r, "GET", "/drive/v3/files/generateIds")) { json(c, "{\\"ids\\":[\\"drv_1\\",\\"drv_2\\"]}"); return; }
    if (is(r, "GET", "/drive/v3/files/")) { json(c, "{\\"id\\":\\"folder_root\\",\\"name\\":\\"root\\",\\"mimeType\\":\\"application/vnd.google-apps.folder\\"}"); return; }
    if (is(r, "PUT", "/upload/drive/v3/files")) { note(K_DRIVE_UPLOAD, find_num(r->target, r->target_len, "upload_id=")); json(c, "{\\"id\\":\\"drv_1\\",\\"webViewLink\\":\\"https://drive.example/d/1\\"}"); return; }
    if (is(r, "POST", "/upload/drive/v3/files") && has(r, "resumable")) { char h[160]; const char *host = "127.0.0.1"; sprintf(h, "Location: http://%s:%d/upload/drive/v3/files?upload_id=%u\\r\\n", host, far_port, client_of(r)); mh_respond(c, 200, "application/json", h, "{}", 2); return; }
'''
LIST_LINE = '    if (is(r, "GET", "/drive/v3/files"))'


def teach(path):
    with open(path) as file:
        source = file.read()
    source = source.replace(LIST_LINE, UPLOADS + LIST_LINE, 1)
    source = source.replace('\\"list\\":{\\"id\\":\\"list_1\\"', '\\"list\\":{\\"id\\":\\"162641062\\"', 1)
    source = source.replace("static char *file_blob;", "static int far_port; static char *file_blob;", 1)
    source = source.replace("return mh_run(port, on_request, secs);", "far_port = port; return mh_run(port, on_request, secs);", 1)
    with open(path, "w") as file:
        file.write(source)


def add_queues(path):
    with open(os.path.join(HERE, "peer", "queue.json")) as file:
        ours = json.load(file)
    with open(path) as file:
        systems = json.load(file)
    with open(path, "w") as file:
        json.dump({**systems, **ours}, file, indent=2)


def run(checkout, binary, names, rounds):
    for name in names:
        if name not in COMMANDS:
            raise SystemExit(f"there is no workload {name} beside the peers: use {', '.join(COMMANDS)}")
    with tempfile.TemporaryDirectory(prefix="bureau-peers-") as folder:
        bench = os.path.join(folder, "peer")
        shutil.copytree(checkout, bench)
        subprocess.run(["chmod", "-R", "u+w", bench], check=True)
        shutil.copytree(os.path.join(HERE, "config"), os.path.join(folder, "config"))
        shutil.copy(os.path.join(HERE, "account.py"), folder)
        shutil.copy(os.path.join(HERE, "peer", "product.json"), os.path.join(bench, "systems"))
        add_queues(os.path.join(bench, "queue", "systems.json"))
        teach(os.path.join(bench, "lib", "mockplat.c"))
        for name in names or COMMANDS:
            command, *arguments = COMMANDS[name]
            counted = ["--starts", "7"] if name == "footprint" else ["--rounds", str(rounds)]
            done = subprocess.run(
                [sys.executable, os.path.join(bench, command), *arguments, *counted,
                 *os.environ.get("BUREAU_PEER_OPTIONS", "").split()],
                env={**os.environ, "PRODUCT_BIN": binary})
            if done.returncode:
                return done.returncode
    return 0
