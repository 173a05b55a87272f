// oauth4webapi: the same by the low-level client, which checks every answer against the RFCs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';

const { PLATFORM_ADDRESS: address, PLATFORM_CLIENT: id, PLATFORM_SECRET: secret } = process.env;
const loopback = { [oauth.allowInsecureRequests]: true };
const client = { client_id: id };

for (const algorithm of ['oidc', 'oauth2']) {
  for (const authentication of [oauth.ClientSecretBasic(secret), oauth.ClientSecretPost(secret)]) {
    test(`oauth4webapi: ${algorithm} discovery, token, introspection, revocation`, async () => {
      const issuer = new URL(address);
      const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...loopback, algorithm }));
      const asked = await oauth.clientCredentialsGrantRequest(server, client, authentication, new URLSearchParams({ scope: 'localities.read' }), loopback);
      assert.equal(asked.headers.get('cache-control'), 'no-store');
      const token = await oauth.processClientCredentialsResponse(server, client, asked);
      const facts = async () => oauth.processIntrospectionResponse(
        server, client, await oauth.introspectionRequest(server, client, authentication, token.access_token, loopback));
      assert.equal((await facts()).active, true);
      const read = await oauth.protectedResourceRequest(token.access_token, 'GET', new URL(`${address}/odata/Provinces/$count`), undefined, undefined, loopback);
      assert.equal(read.status, 200);
      await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, token.access_token, loopback));
      assert.equal((await facts()).active, false);
    });
  }
}

test('oauth4webapi: a scope too many is a challenge that says so', async () => {
  const issuer = new URL(address);
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, loopback));
  const token = await oauth.processClientCredentialsResponse(
    server, client, await oauth.clientCredentialsGrantRequest(server, client, oauth.ClientSecretBasic(secret), {}, loopback));
  const json = new Headers({ 'content-type': 'application/json' });
  await assert.rejects(
    oauth.protectedResourceRequest(token.access_token, 'POST', new URL(`${address}/v1/completions`), json, '[]', loopback),
    ({ status, cause: [{ scheme, parameters }] }) => {
      assert.deepEqual([status, scheme, parameters.error, parameters.scope], [403, 'bearer', 'insufficient_scope', 'completions.write']);
      return true;
    });
});
