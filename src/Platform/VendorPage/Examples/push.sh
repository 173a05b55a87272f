# TOKEN=$(sh sign-in.sh)
curl -s "$PLATFORM/v1/completions" \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -H "Idempotency-Key: lop-12-2026-03-01" \
  -d '[
    { "id": "lop-12/hv-1", "learner": { "id": "hv-1" }, "locality": "05953", "course": "KNS-CD-01",
      "audience": "Citizens", "completedAt": "2026-03-01T08:00:00+07:00", "score": 85, "passed": true },
    { "id": "lop-12/hv-2", "learner": { "id": "hv-2" }, "locality": "05953", "course": "KHONG-CO",
      "audience": "Citizens", "completedAt": "2026-03-01T08:00:00+07:00" }
  ]'
