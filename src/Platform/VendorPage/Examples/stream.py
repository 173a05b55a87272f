# One JSON object per line, as many as you like; each line is answered once it is stored.
import gzip, json, os, urllib.request

rows = "".join(json.dumps({"id": f"luong/hv-{n}", "learner": {"id": f"hv-{n}"}, "locality": "05953", "course": "KNS-CD-01",
                           "audience": "Citizens", "completedAt": "2026-03-02T08:00:00+07:00"}) + "\n" for n in (1, 2, 3))
request = urllib.request.Request(f"{os.environ['PLATFORM']}/v1/completions", data=gzip.compress(rows.encode()), headers={
    "Authorization": f"Bearer {os.environ['TOKEN']}",
    "Content-Type": "application/x-ndjson",
    "Content-Encoding": "gzip",
})
with urllib.request.urlopen(request) as answer:
    for line in answer:
        row = json.loads(line)
        print(f"{row['id']} {row['outcome']}" if "outcome" in row else line.decode().strip())
