# Checks one message that your server received: its headers in WEBHOOK_…, its body, byte for byte, on standard input.
BODY=$(cat)
KEY=$(printf %s "${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -tx1 | tr -d ' \n')
SIGNATURE=$(printf %s "$WEBHOOK_ID.$WEBHOOK_TIMESTAMP.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
case " $WEBHOOK_SIGNATURE " in
  *" v1,$SIGNATURE "*) echo genuine ;;
  *) echo forged; exit 1 ;;
esac
