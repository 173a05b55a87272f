// Where you want to be told that an import has ended. Keep the secret: it is shown once.
const { PLATFORM, TOKEN, WEBHOOK_URL } = process.env;
const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
const made = await (await fetch(`${PLATFORM}/v1/webhooks`, { method: 'POST', headers, body: JSON.stringify({ url: WEBHOOK_URL }) })).json();
console.log(JSON.stringify(made));
await fetch(`${PLATFORM}/v1/webhooks/${made.webhook.id}/tests`, { method: 'POST', headers });
console.log(await (await fetch(`${PLATFORM}/v1/webhooks/${made.webhook.id}/deliveries`, { headers })).text());
