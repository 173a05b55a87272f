// What a province's web server does: the framework's files, one page, and the service under the same origin with the caller's token.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { headers, service } from '../province.mjs';

const framework = fileURLToPath(new URL('../node_modules/@openui5/sap.ui.core/src/', import.meta.url));
const page = fileURLToPath(new URL('index.html', import.meta.url));
const types = { js: 'text/javascript', json: 'application/json', html: 'text/html', properties: 'text/plain', css: 'text/css' };

async function file(path) {
  if (path === '/') return readFile(page);
  if (path.endsWith('.css')) return ''; // nothing is shown
  return path.startsWith('/resources/') && !path.includes('..') ? readFile(framework + path.slice('/resources/'.length)) : Promise.reject();
}

async function forward(request, response, log) {
  const body = [];
  for await (const chunk of request) body.push(chunk);
  const kept = ['accept', 'content-type', 'odata-version', 'odata-maxversion', 'prefer'].filter(name => request.headers[name]);
  const answer = await fetch(service + request.url.slice('/odata'.length), {
    method: request.method,
    headers: { ...headers, ...Object.fromEntries(kept.map(name => [name, request.headers[name]])) },
    body: body.length ? Buffer.concat(body) : undefined,
  });
  const content = Buffer.from(await answer.arrayBuffer());
  log.push(`${request.method} ${request.url} ${answer.status}\n${Buffer.concat(body)}`);
  const passed = ['content-type', 'odata-version', 'etag', 'preference-applied'].filter(name => answer.headers.has(name));
  response.writeHead(answer.status, Object.fromEntries(passed.map(name => [name, answer.headers.get(name)]))).end(content);
}

/** Serves page, framework and service on a free port; the log holds every request that reached the service. */
export async function host() {
  const log = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://host').pathname;
    try {
      if (path.startsWith('/odata/')) return await forward(request, response, log);
      const content = await file(path);
      response.writeHead(200, { 'Content-Type': types[path.split('.').pop()] ?? types.html }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { log, address: `http://127.0.0.1:${server.address().port}/`, close: () => { server.closeAllConnections(); server.close(); } };
}
