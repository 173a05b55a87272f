# As Excel saves it: «CSV UTF-8», columns in Vietnamese or English, parted by ; or ,
import json, os, urllib.request

table = """Mã hoàn thành;Mã người học;Mã xã;Khóa học;Nhóm đối tượng;Ngày hoàn thành;Điểm;Đạt
bang/hv-1;hv-1;05953;KNS-CD-01;Người dân;03/03/2026;85,5;Đạt
bang/hv-2;hv-2;05953;KNS-CD-01;Người dân;03/03/2026;40;Không đạt
"""
request = urllib.request.Request(f"{os.environ['PLATFORM']}/v1/completions", data=table.encode(), headers={
    "Authorization": f"Bearer {os.environ['TOKEN']}",
    "Content-Type": "text/csv; charset=utf-8",
})
with urllib.request.urlopen(request) as answer:
    for row in json.load(answer)["results"]:
        print(row["id"], row["outcome"], *(p["code"] for p in row.get("problems", [])))
