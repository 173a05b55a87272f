# Checks one message that your server received: its headers, and its body byte for byte.
import base64, hashlib, hmac, os, sys, time

body = sys.stdin.buffer.read()
key = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
signed = f"{os.environ['WEBHOOK_ID']}.{os.environ['WEBHOOK_TIMESTAMP']}.".encode() + body
expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
genuine = any(hmac.compare_digest(expected, sent) for sent in os.environ["WEBHOOK_SIGNATURE"].split())
fresh = abs(time.time() - int(os.environ["WEBHOOK_TIMESTAMP"])) < 300
print("genuine" if genuine and fresh else "forged")
sys.exit(0 if genuine and fresh else 1)
