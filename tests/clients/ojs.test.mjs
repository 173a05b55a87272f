// o.js: the smallest of the clients; query options as an object, batches as multipart with absolute addresses.
import ojs from 'o.js';
import { headers, proves, progressFields, service, taskFields } from './province.mjs';

const batches = { endpoint: '$batch', boundaryPrefix: 'batch_', useChangset: false, headers: new Headers(headers) };
const analytics = more => ojs.o(`${service}/`, { rootUrl: `${service}/`, headers: { ...headers, ...more }, batch: batches });
const communes = { $filter: "ProvinceCode eq '19'", $orderby: 'Name', $select: 'Code,Name' };
const tasks = { $filter: 'IsHeading eq false and HasLead eq false', $select: taskFields.join() };

proves('o.js', {
  progress: () => analytics().get('TargetProgress').query({ $filter: "ProvinceCode eq '19' and LocalityCode ne '19'", $select: progressFields.join() }),
  learners: () => analytics().get('CompletionFacts').query({ $apply: 'groupby((LocalityCode,Audience),aggregate(Learners with sum as Total))' }),
  tasks: () => analytics().get('Tasks').query(tasks),
  commune: code => analytics().get(`Communes('${code}')`).query(),
  pages: async size => {
    const pages = [];
    for (let next = 'Communes', query = communes; next; query = undefined) {
      const answer = await analytics({ Prefer: `odata.maxpagesize=${size}` }).get(next).fetch(query).then(r => r.json());
      pages.push(answer.value);
      next = answer['@odata.nextLink'];
    }
    return pages;
  },
  mistake: name => analytics().get('Plans').query({ $filter: `${name} eq '05953'` }),
  mistaken: async refused => (await refused.json()).error,
  batch: async () => {
    const client = analytics();
    const text = query => new URLSearchParams(query).toString().replaceAll('+', '%20');
    const answers = await client.get(`Communes?${text(communes)}`).get(`Tasks?${text(tasks)}`).batch();
    return answers.map(a => a.body);
  },
});
