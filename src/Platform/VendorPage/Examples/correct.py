# A higher revision corrects what you sent; what is void counts no more. Both keep their history and say why.
import json, os, time, urllib.parse, urllib.request

row = {"id": f"lop-12/hv-{time.time_ns()}", "learner": {"id": "hv-4"}, "locality": "05953", "course": "KNS-CD-01", "audience": "Citizens", "completedAt": "2026-03-01T08:00:00+07:00"}
one = "/v1/completions/" + urllib.parse.quote(row["id"], safe="")


def ask(path, body=None):
    request = urllib.request.Request(os.environ["PLATFORM"] + path, data=body and json.dumps(body).encode(), headers={
        "Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        print(answer.read().decode())


ask("/v1/completions", [row | {"score": 58}])
ask("/v1/completions", [row | {"score": 85, "revision": 2, "reason": "Nhập nhầm điểm"}])
ask(f"{one}/voiding", {"reason": "Học viên đã rút khỏi lớp"})
ask(f"{one}/history")
