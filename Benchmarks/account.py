#!/usr/bin/env python3
"""Writes a service account's key file with a key made on the spot:  account.py FILE"""
import json
import os
import subprocess
import sys

key = subprocess.run(
    ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    check=True, capture_output=True, text=True).stdout
account = {
    "type": "service_account", "project_id": "bench", "private_key_id": "bench", "private_key": key,
    "client_email": "bench@bench.iam.gserviceaccount.com", "client_id": "1",
    "token_uri": "https://oauth2.googleapis.com/token",
}
with open(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
    json.dump(account, file)
