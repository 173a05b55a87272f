import json, os, urllib.request

rows = [
    {"id": "lop-12/hv-1", "learner": {"id": "hv-1"}, "locality": "05953", "course": "KNS-CD-01",
     "audience": "Citizens", "completedAt": "2026-03-01T08:00:00+07:00", "score": 85, "passed": True},
    {"id": "lop-12/hv-2", "learner": {"id": "hv-2"}, "locality": "05953", "course": "KHONG-CO",
     "audience": "Citizens", "completedAt": "2026-03-01T08:00:00+07:00"},
]
request = urllib.request.Request(f"{os.environ['PLATFORM']}/v1/completions", data=json.dumps(rows).encode(), headers={
    "Authorization": f"Bearer {os.environ['TOKEN']}",
    "Content-Type": "application/json",
    "Idempotency-Key": "lop-12-2026-03-01-py",
})
with urllib.request.urlopen(request) as answer:
    for row in json.load(answer)["results"]:
        print(row["id"], row["outcome"], *(p["code"] for p in row.get("problems", [])))
