# One JSON object per line, as many as you like; each line is answered once it is stored.
for n in 1 2 3; do
  echo '{"id":"luong/hv-'$n'","learner":{"id":"hv-'$n'"},"locality":"05953","course":"KNS-CD-01","audience":"Citizens","completedAt":"2026-03-02T08:00:00+07:00"}'
done | gzip | curl -sN "$PLATFORM/v1/completions" \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/x-ndjson" \
  -H "Content-Encoding: gzip" \
  --data-binary @-
