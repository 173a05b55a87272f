# Where you want to be told that an import has ended. Keep the secret: it is shown once.
WEBHOOK=$(curl -s "$PLATFORM/v1/webhooks" \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -d '{ "url": "'"$WEBHOOK_URL"'" }')
echo "$WEBHOOK"
ID=$(echo "$WEBHOOK" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
curl -s -X POST "$PLATFORM/v1/webhooks/$ID/tests" -H "Authorization: Bearer $TOKEN"
curl -s "$PLATFORM/v1/webhooks/$ID/deliveries" -H "Authorization: Bearer $TOKEN"
