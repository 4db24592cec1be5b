"""The three-step workload as a DBOS application, by its documentation: a workflow of three steps on a queue, an id for
each workflow, recovery of what was pending at every start. Takes cards from a file that grows, and ends by itself when
the file is complete and no workflow is left.

    dbos_worker.py SYSTEM_DATABASE_URL SANDBOX_URL CARDS_FILE AT_ONCE
"""
import json
import os
import sys
import time
import urllib.request

from dbos import DBOS, SetWorkflowID

database, sandbox, cards_file, at_once = sys.argv[1:]
DBOS(config={"name": "beside", "system_database_url": database, "log_level": "ERROR", "application_version": "1"})


def post(path, body, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        sandbox + path, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@DBOS.step()
def open_session(client):
    body = {"agent": "agent_sentinel", "environment_id": "env_demo", "title": f"SEO Sentinel · {client}"}
    return post("/anthropic/v1/sessions", body, x_api_key="sk-ant-demo", anthropic_version="2023-06-01",
                anthropic_beta="managed-agents-2026-04-01")["id"]


@DBOS.step()
def post_message(client):
    body = {"channel": "C0RESULTS", "text": f"Audit of {client} is ready"}
    return post("/slack/api/chat.postMessage", body, Authorization="Bearer xoxb-demo")["ts"]


@DBOS.step()
def comment(card, client):
    body = {"comment_text": f"Audit of {client} is ready", "notify_all": False}
    return post(f"/clickup/api/v2/task/{card}/comment", body, Authorization="pk_demo")["id"]


@DBOS.workflow()
def audit(card, client):
    open_session(client)
    post_message(client)
    comment(card, client)


DBOS.launch()
DBOS.register_queue("cards", worker_concurrency=int(at_once), polling_interval_sec=0.05)
given = set()
while True:
    with open(cards_file) as file:
        work = json.load(file)
    for card, client in work["cards"]:
        if card not in given:
            # The same id again is the same workflow.
            with SetWorkflowID(card):
                DBOS.enqueue_workflow("cards", audit, card, client)
            given.add(card)
    if work["is_all"] and not DBOS.list_workflows(status=["PENDING", "ENQUEUED"], limit=1):
        os._exit(0)
    time.sleep(0.05)
