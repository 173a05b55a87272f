# Where you want to be told that an import has ended. Keep the secret: it is shown once.
import json, os, urllib.request


def ask(method, path, body=None):
    request = urllib.request.Request(os.environ["PLATFORM"] + path, method=method, data=body and json.dumps(body).encode(), headers={
        "Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()
        print(text)
        return json.loads(text) if text else None


webhook = ask("POST", "/v1/webhooks", {"url": os.environ["WEBHOOK_URL"]})["webhook"]["id"]
ask("POST", f"/v1/webhooks/{webhook}/tests")
ask("GET", f"/v1/webhooks/{webhook}/deliveries")
