// openid-client: discovers the service, asks for a token, has it introspected, uses it and revokes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

const { PLATFORM_ADDRESS: address, PLATFORM_CLIENT: id, PLATFORM_SECRET: secret } = process.env;
const loopback = { execute: [client.allowInsecureRequests] };

for (const [path, algorithm] of [['openid-configuration', 'oidc'], ['oauth-authorization-server', 'oauth2']]) {
  for (const method of [client.ClientSecretBasic, client.ClientSecretPost]) {
    test(`openid-client: ${path}, ${method.name}`, async () => {
      const server = await client.discovery(new URL(address), id, undefined, method(secret), { ...loopback, algorithm });
      assert.equal(server.serverMetadata().issuer, address);
      const token = await client.clientCredentialsGrant(server, { scope: 'localities.read' });
      assert.equal(token.token_type, 'bearer');
      assert.equal(token.scope, 'localities.read');
      assert.ok(token.expiresIn() > 0 && token.expiresIn() <= 1800);

      const facts = await client.tokenIntrospection(server, token.access_token);
      assert.deepEqual([facts.active, facts.client_id, facts.scope, facts.iss], [true, id, 'localities.read', address]);
      const read = await client.fetchProtectedResource(server, token.access_token, new URL(`${address}/odata/Communes/$count`), 'GET');
      assert.equal(read.status, 200);
      assert.ok(Number(await read.text()) > 0);

      await client.tokenRevocation(server, token.access_token);
      assert.deepEqual(await client.tokenIntrospection(server, token.access_token), { active: false });
      await assert.rejects(
        client.fetchProtectedResource(server, token.access_token, new URL(`${address}/odata/Communes/$count`), 'GET'),
        fault => fault.code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' && fault.cause[0].scheme === 'bearer' && fault.cause[0].parameters.error === 'invalid_token');
    });
  }
}

test('openid-client: errors arrive under their names', async () => {
  const wrong = await client.discovery(new URL(address), id, undefined, client.ClientSecretPost('wrong'), loopback);
  await assert.rejects(client.clientCredentialsGrant(wrong), fault => fault.error === 'invalid_client' || fault.cause?.[0]?.scheme === 'bearer');
  const right = await client.discovery(new URL(address), id, undefined, client.ClientSecretPost(secret), loopback);
  await assert.rejects(client.clientCredentialsGrant(right, { scope: 'no.such' }), fault => fault.error === 'invalid_scope');
});
