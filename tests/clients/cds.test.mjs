// SAP CAP: an application that uses the service as a remote one, over the SAP Cloud SDK; its queries become OData requests.
import cds from '@sap/cds';
import { headers, proves, progressFields, service, taskFields } from './province.mjs';

const { SELECT } = cds.ql;
const remote = { kind: 'odata-v4', credentials: { url: service, authentication: 'NoAuthentication', headers } };
const analytics = await cds.connect.to('analytics', remote);

const communes = SELECT.from('Communes').columns('Code', 'Name').where({ ProvinceCode: '19' }).orderBy('Name');
const tasks = SELECT.from('Tasks').columns(...taskFields).where({ IsHeading: false, HasLead: false });

proves('@sap/cds', {
  progress: () => analytics.run(SELECT.from('TargetProgress').columns(...progressFields).where({ ProvinceCode: '19', LocalityCode: { '!=': '19' } })),
  // Its remote queries group nothing: the request is given as it is.
  learners: () => analytics.get('/CompletionFacts?$apply=groupby((LocalityCode,Audience),aggregate(Learners with sum as Total))'),
  tasks: () => analytics.run(tasks.clone()),
  commune: key => analytics.get(`/Communes('${key}')?$expand=Province($select=Name)`),
  pages: async size => {
    const pages = [];
    do pages.push(await analytics.run(communes.clone().limit(size, pages.length * size)));
    while (pages.at(-1).length === size);
    return pages;
  },
  mistake: name => analytics.run(SELECT.from('Plans').where({ [name]: '05953' })),
  mistaken: refused => refused.reason.response.body.error,
  // What would be too long as an address goes as a batch.
  batch: async () => {
    cds.env.remote.max_get_url_length = 10;
    return Promise.all([analytics.run(communes.clone()), analytics.run(tasks.clone())]);
  },
});
