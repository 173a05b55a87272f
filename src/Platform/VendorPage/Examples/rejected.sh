# Rows that were not taken can be fetched again in the format they came in, each with why: mend them and send them again.
REJECTED=$(curl -s "$PLATFORM/v1/completions" \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -d '[{ "id": "lop-12/hv-3", "learner": { "id": "hv-3" }, "locality": "05953", "course": "KNS-CD-01",
         "audience": "Citizens", "completedAt": "2026-03-01", "score": 101 }]' | sed -n 's/.*"rejectedRows":"\([^"]*\)".*/\1/p')
curl -s "$PLATFORM$REJECTED" -H "Authorization: Bearer $TOKEN" -H "Accept-Language: en"
