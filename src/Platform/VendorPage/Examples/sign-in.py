import base64, json, os, urllib.request

credentials = base64.b64encode(f"{os.environ['CLIENT_ID']}:{os.environ['CLIENT_SECRET']}".encode()).decode()
request = urllib.request.Request(f"{os.environ['PLATFORM']}/connect/token", data=b"grant_type=client_credentials",
                                 headers={"Authorization": f"Basic {credentials}"})
with urllib.request.urlopen(request) as answer:
    print(json.load(answer)["access_token"])
