// odata-query: a builder of query strings, here in front of plain fetch.
import builder from 'odata-query';
import { headers, proves, progressFields, service, taskFields } from './province.mjs';

const buildQuery = builder.default ?? builder;

const get = async (address, more) => {
  const answer = await fetch(address, { headers: { ...headers, ...more } });
  const body = await answer.json();
  if (!answer.ok) throw body.error;
  return body;
};
const ask = (set, query) => get(`${service}/${set}${buildQuery(query)}`);
const rows = async (set, query) => (await ask(set, query)).value;

proves('odata-query', {
  progress: () => rows('TargetProgress', { filter: { ProvinceCode: '19', LocalityCode: { ne: '19' } }, select: progressFields }),
  learners: () => rows('CompletionFacts', {
    transform: { groupBy: { properties: ['LocalityCode', 'Audience'], transform: { aggregate: { Learners: { with: 'sum', as: 'Total' } } } } },
  }),
  tasks: () => rows('Tasks', { filter: [{ IsHeading: false }, { HasLead: false }], select: taskFields }),
  commune: key => ask('Communes', { key, expand: { Province: { select: ['Name'] } } }),
  pages: async size => {
    const query = { filter: { ProvinceCode: '19' }, orderBy: ['Name'], select: ['Code', 'Name'], count: true, top: size };
    const pages = [];
    for (let total = 1, skip = 0; skip < total; skip += size) {
      const page = await ask('Communes', { ...query, skip });
      total = page['@odata.count'];
      pages.push(page.value);
    }
    return pages;
  },
  mistake: name => rows('Plans', { filter: { [name]: '05953' } }),
  mistaken: error => error,
});
