// odata2ts: reads $metadata, generates a model, query objects and a service from it, and calls through these.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import http from '@odata2ts/http-client-fetch';
import { headers, proves, progressFields, service, taskFields } from './province.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const generated = `${here}node_modules/.generated`;
rmSync(generated, { recursive: true, force: true });
mkdirSync(generated, { recursive: true });
writeFileSync(`${generated}/metadata.xml`, await (await fetch(`${service}/$metadata`)).text());
writeFileSync(`${generated}/package.json`, '{"type":"commonjs"}');
writeFileSync(`${generated}/tsconfig.json`, '{"compilerOptions":{"module":"commonjs","target":"es2022","moduleResolution":"node","skipLibCheck":true}}');
execFileSync(process.execPath, [
  `${here}node_modules/@odata2ts/odata2ts/lib/run-cli.js`, '--source', `${generated}/metadata.xml`, '--output', `${generated}/analytics`,
  '--tsconfig', `${generated}/tsconfig.json`, '--emit-mode', 'js', '--mode', 'service', '--service-name', 'Analytics',
], { cwd: generated });

const { AnalyticsService } = (await import(`${generated}/analytics/AnalyticsService.js`)).default;
const client = new http.FetchClient({ headers });
client.setErrorMessageRetriever(body => JSON.stringify(body.error));
const analytics = new AnalyticsService(client, service);
const rows = async answer => (await answer).data.value;

proves('odata2ts', {
  progress: () => rows(analytics.TargetProgress().query((ask, p) =>
    ask.filter(p.ProvinceCode.eq('19'), p.LocalityCode.ne('19')).select(...progressFields))),
  // Its builder groups but does not aggregate: the option is given as a parameter.
  learners: () => rows(analytics.CompletionFacts().query(() => {}, { params: { $apply: 'groupby((LocalityCode,Audience),aggregate(Learners with sum as Total))' } })),
  tasks: () => rows(analytics.Tasks().query((ask, t) => ask.filter(t.IsHeading.isFalse(), t.HasLead.isFalse()).select(...taskFields))),
  commune: async key => (await analytics.Communes(key).query(ask => ask.expanding('Province', province => province.select('Name')))).data,
  pages: async size => {
    const pages = [];
    for (let total = 1; pages.length * size < total;) {
      const { data } = await analytics.Communes().query((ask, c) =>
        ask.filter(c.ProvinceCode.eq('19')).orderBy(c.Name.asc()).select('Code', 'Name').count().top(size).skip(pages.length * size));
      total = data['@odata.count'];
      pages.push(data.value);
    }
    return pages;
  },
  mistake: name => analytics.Plans().query(ask => ask.filter({ toString: () => `${name} eq '05953'` })),
  mistaken: refused => JSON.parse(refused.cause.message),
});
