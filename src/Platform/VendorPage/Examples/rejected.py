# Rows that were not taken can be fetched again in the format they came in, each with why: mend them and send them again.
import json, os, urllib.request

headers = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json", "Accept-Language": "en"}
rows = [{"id": "lop-12/hv-3", "learner": {"id": "hv-3"}, "locality": "05953", "course": "KNS-CD-01",
         "audience": "Citizens", "completedAt": "2026-03-01", "score": 101}]


def ask(path, body=None):
    with urllib.request.urlopen(urllib.request.Request(os.environ["PLATFORM"] + path, data=body, headers=headers)) as answer:
        return json.load(answer)


for row in ask(ask("/v1/completions", json.dumps(rows).encode())["rejectedRows"]):
    for problem in row["problems"]:
        print(row["id"], problem["pointer"], problem["code"], problem["title"], problem["detail"] or "")
