# Checks one message that your server received: its headers in WEBHOOK_…, its body, byte for byte, on standard input.
KEY=$(printf %s "${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -tx1 | tr -d ' \n')
SIGNATURE=$({ printf %s "$WEBHOOK_ID.$WEBHOOK_TIMESTAMP."; cat; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
AGE=$(($(date +%s) - WEBHOOK_TIMESTAMP))
case " $WEBHOOK_SIGNATURE " in
  *" v1,$SIGNATURE "*) [ "$AGE" -lt 300 ] && [ "$AGE" -gt -300 ] && echo genuine && exit 0 ;;
esac
echo forged
exit 1
