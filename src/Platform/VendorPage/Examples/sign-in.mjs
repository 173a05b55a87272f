const { PLATFORM, CLIENT_ID, CLIENT_SECRET } = process.env;
const answer = await fetch(`${PLATFORM}/connect/token`, {
  method: 'POST',
  headers: { Authorization: 'Basic ' + Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64') },
  body: new URLSearchParams({ grant_type: 'client_credentials' }),
});
console.log((await answer.json()).access_token);
