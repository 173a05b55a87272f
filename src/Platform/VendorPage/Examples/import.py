# A class as your platform exports it (CSV or XLSX): the preset danh-sach-lop knows its columns, the rest is said for the whole file.
import json, os, time, urllib.parse, urllib.request

platform, authorization = os.environ["PLATFORM"], {"Authorization": f"Bearer {os.environ['TOKEN']}"}
table = """DANH SÁCH LỚP 12
Họ tên;Email;Số điện thoại;Ngày hoàn thành;Điểm;Kết quả
Nguyễn Văn An;an.lop12@example.vn;;31/03/2026;8,5;Hoàn thành
Trần Thị Bình;;0912 345 678;31/03/2026;4;Chưa hoàn thành
Lê Văn Chi;;;31/03/2026;11;Giỏi
"""
whole = urllib.parse.urlencode({"mapping": "danh-sach-lop", "locality": "05953", "course": "KNS-CD-01", "audience": "Citizens", "name": "lop-12.csv"})


def ask(path, body=None):
    headers = authorization | ({"Content-Type": "text/csv; charset=utf-8"} if body else {})
    with urllib.request.urlopen(urllib.request.Request(platform + path, data=body, headers=headers)) as answer:
        return json.load(answer)


address = "/v1/imports/" + ask(f"/v1/imports?{whole}", table.encode())["id"]
while ask(address)["state"] in ("Waiting", "Running"):
    time.sleep(1)
print(json.dumps(ask(f"{address}/report"), ensure_ascii=False))
