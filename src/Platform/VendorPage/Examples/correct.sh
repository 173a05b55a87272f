# A higher revision corrects what you sent; what is void counts no more. Both keep their history and say why.
ID=lop-12/hv-$(date +%s)
ONE=/v1/completions/$(echo "$ID" | sed s:/:%2F:g)
row() { echo '[{"id":"'"$ID"'","learner":{"id":"hv-4"},"locality":"05953","course":"KNS-CD-01","audience":"Citizens","completedAt":"2026-03-01T08:00:00+07:00",'"$1"'}]'; }
send() { curl -s "$PLATFORM$1" -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "$2"; echo; }
send /v1/completions "$(row '"score":58')"
send /v1/completions "$(row '"score":85,"revision":2,"reason":"Nhập nhầm điểm"')"
send "$ONE/voiding" '{"reason":"Học viên đã rút khỏi lớp"}'
curl -s "$PLATFORM$ONE/history" -H "Authorization: Bearer $TOKEN"
