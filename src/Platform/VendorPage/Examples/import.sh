# A class as your platform exports it (CSV or XLSX): the preset danh-sach-lop knows its columns, the rest is said for the whole file.
IMPORT=$(curl -s -D - -o /dev/null "$PLATFORM/v1/imports?mapping=danh-sach-lop&locality=05953&course=KNS-CD-01&audience=Citizens&name=lop-12.csv" \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: text/csv; charset=utf-8" \
  --data-binary @- <<'CSV' | tr -d '\r' | sed -n 's/^[Ll]ocation: //p'
DANH SÁCH LỚP 12
Họ tên;Email;Số điện thoại;Ngày hoàn thành;Điểm;Kết quả
Nguyễn Văn An;an.lop12@example.vn;;31/03/2026;8,5;Hoàn thành
Trần Thị Bình;;0912 345 678;31/03/2026;4;Chưa hoàn thành
Lê Văn Chi;;;31/03/2026;11;Giỏi
CSV
)
while curl -s "$PLATFORM$IMPORT" -H "Authorization: Bearer $TOKEN" | grep -qE '"state":"(Waiting|Running)"'; do sleep 1; done
curl -s "$PLATFORM$IMPORT/report" -H "Authorization: Bearer $TOKEN"
